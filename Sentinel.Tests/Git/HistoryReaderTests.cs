using System.Globalization;
using System.Text;
using Sentinel.Git;
using Sentinel.Git.History;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Git;

/// <summary>Each content of a range is listed once, with the commit that brought it.</summary>
public sealed class HistoryReaderTests : IDisposable
{
    private readonly TestRepository _repository = TestRepository.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task All_LinearHistory_GivesEachContentWithItsFirstCommit()
    {
        var root = _repository.Commit("Add", ("a.txt", "one"), ("b.txt", "same"));
        var change = _repository.Commit("Change", ("a.txt", "two"));
        _repository.Commit("Copy and go back", ("c.txt", "same"), ("a.txt", "one"));
        _repository.Commit("Delete", ("b.txt", null));

        Assert.Equal([$"a.txt {root}", $"b.txt {root}", $"a.txt {change}"], await Histories.ListAsync(_repository, HistoryRange.All()));
    }

    [Fact]
    public async Task All_Commit_SaysWhoAndWhen()
    {
        _repository.Git("commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", "");
        _repository.Git("commit", "--quiet", "--allow-empty", "-m", "Nothing");
        File.WriteAllText(Path.Combine(_repository.Folder, "a.txt"), "a");
        _repository.Git("add", "--all");
        _repository.Git(
            "-c", "user.name=Committer", "commit", "--quiet", "--author", "Zoë \"Q\" O'Neill <zoe@acme.example>", "--date", "2020-02-03T04:05:06+0100", "-m", "Add a\n\nWith a body");

        var (blobs, tally) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());

        var commit = Assert.Single(blobs).Commit;
        Assert.Equal(
            (_repository.Head, "Zoë \"Q\" O'Neill", "zoe@acme.example", DateTimeOffset.Parse("2020-02-03T03:05:06Z", CultureInfo.InvariantCulture), "Add a"),
            (commit.Id, commit.Author, commit.AuthorEmail, commit.AuthoredAt, commit.Subject));
        Assert.True(commit.CommittedAt > commit.AuthoredAt);
        Assert.Equal((3, 1, true), (tally.Commits, tally.Blobs, tally.IsComplete));
    }

    [Fact]
    public async Task All_RenamedWithoutChange_IsNotListedAgainUnlessItsClassDiffers()
    {
        var add = _repository.Commit("Add", ("notes.txt", "FROM scratch\n"));
        _repository.Git("mv", "notes.txt", "other.txt");
        _repository.CommitAll("Rename");
        _repository.Git("mv", "other.txt", "Dockerfile");
        var renamed = _repository.CommitAll("Rename again");

        Assert.Equal([$"notes.txt {add}"], await Histories.ListAsync(_repository, HistoryRange.All()));
        Assert.Equal([$"notes.txt {add}", $"Dockerfile {renamed}"], await Histories.ListAsync(_repository, HistoryRange.All(), p => Path.GetExtension(p)));
    }

    [Fact]
    public async Task All_Merge_BringsWhatIsInNeitherParent()
    {
        var root = _repository.Commit("Add", ("a.txt", "1\n2\n3\n"));
        _repository.Git("checkout", "--quiet", "-b", "side");
        var side = _repository.Commit("Side", ("b.txt", "side"));
        _repository.Git("checkout", "--quiet", "main");
        var main = _repository.Commit("Main", ("c.txt", "main"));
        _repository.Git("merge", "--quiet", "--no-commit", "side");
        var merge = _repository.Commit("Merge", ("evil.txt", "in no parent"));

        var listed = await Histories.ListAsync(_repository, HistoryRange.All());

        Assert.Equal(new HashSet<string> { $"a.txt {root}", $"b.txt {side}", $"c.txt {main}", $"evil.txt {merge}" }, listed.ToHashSet());
        Assert.Equal([$"a.txt {root}", $"evil.txt {merge}"], [listed[0], listed[^1]]);
    }

    [Fact]
    public async Task All_Octopus_BringsWhatIsInNoParent()
    {
        _repository.Commit("Add", ("a.txt", "a"));
        foreach (var branch in new[] { "one", "two", "three" })
        {
            _repository.Git("checkout", "--quiet", "-b", branch, "main");
            _repository.Commit(branch, ($"{branch}.txt", branch));
        }
        var tree = _repository.Tree("100644", _repository.Blob("by the octopus"), "eight.txt");
        var octopus = _repository.Git("commit-tree", "-m", "Octopus", "-p", "one", "-p", "two", "-p", "three", tree);
        _repository.Git("update-ref", "refs/heads/main", octopus);

        var listed = await Histories.ListAsync(_repository, HistoryRange.All());

        Assert.Equal(5, listed.Length);
        Assert.Equal($"eight.txt {octopus}", listed[^1]);
        Assert.Equal([$"eight.txt {octopus}"], await Histories.ListAsync(_repository, HistoryRange.OneCommit(octopus)));
    }

    [Fact]
    public async Task All_ManyRoots_AreAllRead()
    {
        var first = _repository.Commit("Add", ("a.txt", "a"));
        _repository.Git("checkout", "--quiet", "--orphan", "pages");
        var second = _repository.Commit("Pages", ("index.html", "<p>"), ("a.txt", null));

        Assert.Equal(new HashSet<string> { $"a.txt {first}", $"index.html {second}" }, (await Histories.ListAsync(_repository, HistoryRange.All())).ToHashSet());
    }

    [Fact]
    public async Task All_TagsRemotesNotesAndStash_Count()
    {
        _repository.Commit("Add", ("a.txt", "a"));
        foreach (var name in new[] { "refs/tags/only", "refs/remotes/origin/only", "refs/pull/7/head" })
        {
            var tree = _repository.Tree("100644", _repository.Blob(name), "x.txt");
            _repository.Git("update-ref", name, _repository.Git("commit-tree", "-m", name, tree));
        }
        _repository.Git("tag", "-a", "-m", "annotated", "annotated", "refs/tags/only");
        File.WriteAllText(Path.Combine(_repository.Folder, "a.txt"), "put aside");
        _repository.Git("stash", "--quiet");

        Assert.Equal(5, (await Histories.ListAsync(_repository, HistoryRange.All())).Length);
        Assert.Equal(4, (await Histories.ListAsync(_repository, HistoryRange.All(includeStash: false))).Length);
    }

    [Fact]
    public async Task Ranges_ForcePush_TellWhatWasDroppedAndWhatCame()
    {
        var basis = _repository.Commit("Base", ("a.txt", "base"));
        var dropped = _repository.Commit("Secret", ("a.txt", "dropped"));
        var before = _repository.Commit("More", ("b.txt", "dropped too"));
        _repository.Git("reset", "--quiet", "--hard", basis);
        var after = _repository.Commit("Clean", ("a.txt", "clean"));

        Assert.Equal([$"a.txt {dropped}", $"b.txt {before}"], await Histories.ListAsync(_repository, HistoryRange.Reachable([before], [after])));
        Assert.Equal([$"a.txt {dropped}", $"b.txt {before}"], await Histories.ListAsync(_repository, HistoryRange.Unreferenced(before)));
        Assert.Equal([$"a.txt {after}"], await Histories.ListAsync(_repository, HistoryRange.Between(before, after)));
        Assert.Equal([$"a.txt {dropped}"], await Histories.ListAsync(_repository, HistoryRange.OneCommit(dropped)));
        Assert.Equal([$"a.txt {basis}"], await Histories.ListAsync(_repository, HistoryRange.OneCommit(basis)));
        Assert.Empty(await Histories.ListAsync(_repository, HistoryRange.Unreferenced(after)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task All_AnyHistory_ListsExactlyTheContentsThatRefsLeadTo(int seed)
    {
        var random = new Random(seed);
        _repository.Commit("Root", ("f0", "0"));
        var branches = new List<string> { "main" };
        for (var step = 0; step < 40; step++)
        {
            _repository.Git("checkout", "--quiet", "--force", branches[random.Next(branches.Count)]);
            switch (random.Next(6))
            {
                case 0:
                    branches.Add($"b{step}");
                    _repository.Git("checkout", "--quiet", "-b", $"b{step}");
                    break;
                case 1:
                    // A merge may take a side, or bring contents of its own.
                    try
                    {
                        _repository.Git("merge", "--quiet", "--no-commit", "--no-ff", "-s", random.Next(2) == 0 ? "ours" : "recursive", "-X", "theirs", branches[random.Next(branches.Count)]);
                    }
                    catch (InvalidOperationException)
                    {
                        // One side deleted what the other changed: the commit below keeps what is in the folder.
                    }
                    _repository.Commit("Merge", ($"f{random.Next(9)}", random.Next(2) == 0 ? $"by merge {step}" : "0"));
                    break;
                case 2:
                    _repository.Commit("Delete", ($"f{random.Next(9)}", null));
                    break;
                default:
                    _repository.Commit("Change", ($"f{random.Next(9)}", $"{random.Next(30)}"), ($"d/f{random.Next(9)}", $"{random.Next(30)}"));
                    break;
            }
        }

        var objects = _repository.Git("rev-list", "--objects", "--no-object-names", "--filter-provided-objects", "--filter=object:type=blob", "--all").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (blobs, tally) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());

        Assert.Equal(objects.Order(StringComparer.Ordinal), blobs.Select(b => b.BlobId).Order(StringComparer.Ordinal));
        Assert.True(tally.IsComplete);
        // The named commit has the content under the named path, and no commit before it has it anywhere.
        var trees = _repository.Git("rev-list", "--all").Split('\n').ToDictionary(c => c, c => _repository.Git("ls-tree", "-r", c));
        foreach (var commit in blobs.GroupBy(b => b.CommitId))
        {
            var before = _repository.Git("rev-list", commit.Key).Split('\n').Where(c => c != commit.Key).Select(c => trees[c]).ToArray();
            Assert.All(commit, blob => Assert.Contains($"{blob.BlobId}\t{blob.Path}", trees[commit.Key], StringComparison.Ordinal));
            Assert.All(commit, blob => Assert.All(before, tree => Assert.DoesNotContain(blob.BlobId, tree, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task All_EmptyRepository_IsEmptyAndComplete()
    {
        var (blobs, tally) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());

        Assert.Empty(blobs);
        Assert.Equal((0, true), (tally.Commits, tally.IsComplete));
    }

    [Fact]
    public async Task All_HostileNames_AreReadAsData()
    {
        var blob = _repository.Blob;
        byte[][] names =
        [
            "new\nline"u8.ToArray(), ":100644 100644 0 0 A"u8.ToArray(), [(byte)'b', 0xFF], "-rf"u8.ToArray(), Encoding.UTF8.GetBytes("ä\u202Eini.exe"), "a\tb\"c\\"u8.ToArray(),
            Encoding.ASCII.GetBytes(new string('0', 40)), Encoding.ASCII.GetBytes(new string('l', 5000)),
        ];
        var commit = _repository.CommitTree([.. names.OrderBy(n => n, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).Select((n, i) => ("100644", "blob", blob($"content {i}"), n))]);

        var listed = await Histories.ListAsync(_repository, HistoryRange.All());

        Assert.Equal(
            new[] { "new\nline", ":100644 100644 0 0 A", "b\\xff", "-rf", "ä\u202Eini.exe", "a\tb\"c\\", new string('0', 40), new string('l', 4096) + "…" }
                .Select(p => $"{p} {commit}").ToHashSet(),
            listed.ToHashSet());
    }

    [Fact]
    public async Task All_HostileAuthors_AreReadAsData()
    {
        var tree = _repository.Tree("100644", _repository.Blob("x"), "x.txt");
        var stamp = new[] { "Author :100644 <> 1 +0000", $"{new string('n', 5000)} <e> 99999999999999999999 +0000", " <> -5 +9999", "nobody" };
        foreach (var line in stamp)
        {
            var id = _repository.WriteObject("commit", Encoding.UTF8.GetBytes($"tree {tree}\nauthor {line}\ncommitter {line}\n\n:100644 100644\n"));
            _repository.Git("update-ref", $"refs/heads/b{id}", id);
        }

        var (blobs, tally) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());

        Assert.Equal((4, true), (tally.Commits, tally.IsComplete));
        Assert.True(Assert.Single(blobs).Commit.Author.Length <= 256);
    }

    [Fact]
    public async Task All_LinksAndSubmodules_AreListedAsSkipped()
    {
        _repository.CommitTree(
            ("120000", "blob", _repository.Blob("/etc/passwd"), "link"u8.ToArray()), ("160000", "commit", new string('2', 40), "module"u8.ToArray()),
            ("100755", "blob", _repository.Blob("#!/bin/sh"), "run.sh"u8.ToArray()));

        var (blobs, tally) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());

        Assert.Equal("run.sh", Assert.Single(blobs).Path);
        Assert.Equal([("link", "symlink"), ("module", "submodule")], tally.Skipped.Select(s => (s.Path, s.Reason)));
    }

    [Fact]
    public async Task All_MoreContentsThanTheLimit_SaysThatItIsCut()
    {
        _repository.Commit("Add", ("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c"));

        var (blobs, tally) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All(), limits: new GitLimits { MaxBlobs = 2 });

        Assert.Equal((2, false), (blobs.Count, tally.IsComplete));
    }

    [Fact]
    public async Task All_Sha256Repository_IsRead()
    {
        var folder = Path.Combine(_repository.Folder, "sha256");
        _repository.Git("init", "--quiet", "--object-format=sha256", folder);
        File.WriteAllText(Path.Combine(folder, "a.txt"), "a");
        _repository.Git("-C", folder, "add", "--all");
        _repository.Git("-C", folder, "commit", "--quiet", "-m", "Add");

        var (blobs, _) = await Histories.ReadAsync(new GitRunner(Path.Combine(folder, ".git")), HistoryRange.All());

        Assert.Equal((64, 64), (Assert.Single(blobs).BlobId.Length, blobs[0].CommitId.Length));
    }

    [Fact]
    public async Task All_ShallowClone_ReadsWhatIsThere()
    {
        _repository.Commit("Add", ("a.txt", "old"));
        var head = _repository.Commit("Change", ("a.txt", "new"));
        var folder = Path.Combine(_repository.Folder, "shallow");
        _repository.Git("clone", "--quiet", "--depth=1", new Uri(_repository.Folder).ToString(), folder);

        var repository = await LocalRepository.FindAsync(folder, null, Histories.Limits, Cancellation);

        Assert.Equal((true, false, false), (repository!.IsShallow, repository.IsPartial, repository.IsBare));
        Assert.Equal(("a.txt", head), (await Histories.ReadAsync(repository.Git, HistoryRange.All())).Blobs.Select(b => (b.Path, b.CommitId)).Single());
    }

    [Theory]
    [InlineData("main")]
    [InlineData("--output=/tmp/x")]
    [InlineData("^deadbeef")]
    [InlineData("")]
    public void Ranges_NameThatIsNoFullHash_IsRefused(string name)
    {
        foreach (var range in new Func<HistoryRange>[]
            { () => HistoryRange.OneCommit(name), () => HistoryRange.Unreferenced(name), () => HistoryRange.Between(name, new string('1', 40)), () => HistoryRange.Between(new string('1', 40), name) })
            Assert.Equal("commit-not-found", Assert.Throws<GitException>(range).Code);
    }

    [Fact]
    public async Task Range_CommitThatIsNotThere_IsSaid()
    {
        _repository.Commit("Add", ("a.txt", "a"));

        var fault = await Assert.ThrowsAsync<GitException>(() => Histories.ReadAsync(_repository.Runner(), HistoryRange.OneCommit(new string('1', 40))));

        Assert.Equal("commit-not-found", fault.Code);
    }

    [Fact]
    public async Task Resolve_Names_GiveFullHashesOrNull()
    {
        var first = _repository.Commit("Add", ("a.txt", "a"));
        var head = _repository.Commit("Change", ("a.txt", "b"));
        _repository.Git("tag", "-a", "-m", "one", "v1", first);

        foreach (var (name, expected) in new (string, string?)[]
        {
            ("HEAD", head), ("HEAD~1", first), ("v1", first), ("main", head), (head[..8], head), (head, head),
            ("nowhere", null), ("--all", null), ("^main", null), (new string('1', 40), null), ("HEAD:a.txt", null), ("", null), ("a\nb", null), ("main -- x", null),
        })
            Assert.Equal((name, expected), (name, await GitRefs.ResolveAsync(_repository.Runner(), name, Histories.Limits, Cancellation)));
    }

    [Fact]
    public async Task Reach_Commit_NamesTheRefsByKind()
    {
        var old = _repository.Commit("Add", ("a.txt", "a"));
        _repository.Git("tag", "v1");
        _repository.Commit("Change", ("a.txt", "b"));
        _repository.Git("update-ref", "refs/remotes/origin/feature", old);
        _repository.Git("update-ref", "refs/pull/7/head", old);
        _repository.Git("update-ref", "refs/tool/x", old);
        var dropped = _repository.Commit("Dropped", ("a.txt", "c"));
        _repository.Git("reset", "--quiet", "--hard", "HEAD~1");

        var reach = await RefReach.ReadAsync(_repository.Runner(), old, 100, Histories.Limits, Cancellation);
        var cut = await RefReach.ReadAsync(_repository.Runner(), old, 2, Histories.Limits, Cancellation);
        var none = await RefReach.ReadAsync(_repository.Runner(), dropped, 100, Histories.Limits, Cancellation);
        var missing = await Assert.ThrowsAsync<GitException>(() => RefReach.ReadAsync(_repository.Runner(), new string('1', 40), 100, Histories.Limits, Cancellation));

        Assert.Equal(["main", "origin/feature"], reach.Branches);
        Assert.Equal(["v1", "7/head", "refs/tool/x"], [.. reach.Tags, .. reach.PullRequests, .. reach.Others]);
        Assert.Equal((true, true), (reach.IsComplete, reach.IsReachable));
        Assert.Equal((false, 2), (cut.IsComplete, cut.Branches.Count + cut.PullRequests.Count + cut.Tags.Count));
        Assert.False(none.IsReachable);
        Assert.Equal("commit-not-found", missing.Code);
    }
}
