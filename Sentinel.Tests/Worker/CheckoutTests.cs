using System.Text;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Scans;
using Sentinel.Scanning;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Worker;

/// <summary>Whatever a repository holds, a scan of it ends with a result or with a clear reason.</summary>
public sealed class CheckoutTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private static readonly string Defect = DefectiveFiles.Settings;

    [Fact]
    public async Task Scan_UnknownRepository_IsGivenUpWithTheReason()
    {
        var scan = await worker.ScanAsync(await worker.AddRepositoryAsync("acme/nowhere"));

        AssertGivenUp(scan, "repository-not-found");
    }

    [Theory]
    [InlineData(401, "access-denied")]
    [InlineData(403, "access-denied")]
    public async Task Scan_ServerRefuses_IsGivenUpWithTheReason(int status, string code)
    {
        await using var gitHub = await FakeGitHubServer.StartAsync(TestContext.Current.CancellationToken);
        gitHub.Fault = status;

        var scan = await worker.ScanAsync(await worker.AddRepositoryAsync("acme/closed", $"{gitHub.Url}acme/closed.git"));

        AssertGivenUp(scan, code);
    }

    [Fact]
    public async Task Scan_ServerFailsForAWhile_IsTriedAgain()
    {
        await using var gitHub = await FakeGitHubServer.StartAsync(TestContext.Current.CancellationToken);
        var commit = gitHub.Create("acme/shaky").Commit("Add", ("settings.ini", Defect));
        gitHub.Fault = 503;
        var repository = await worker.AddRepositoryAsync("acme/shaky", $"{gitHub.Url}acme/shaky.git");
        var id = await worker.QueueAsync(repository, commit);

        var waiting = await worker.UntilAsync(id, s => s is { Attempt: > 0, ErrorCode: not null });
        Assert.Equal("unreachable", waiting.ErrorCode);
        gitHub.Fault = null;

        Assert.Equal(ScanStatus.Succeeded, (await worker.EndOfAsync(id)).Status);
        Assert.Single(await worker.FindingsAsync(repository));
    }

    [Fact]
    public async Task Scan_DeletedCommit_IsGivenUpWithTheReason()
    {
        worker.GitHub.Create("acme/forced").Commit("Add", ("a.txt", "a"));

        var scan = await worker.ScanAsync(await worker.AddRepositoryAsync("acme/forced"), new string('1', 40));

        AssertGivenUp(scan, "commit-not-found");
        Assert.Contains("111111111111", scan.ErrorDetail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_DeletedBranch_IsGivenUpWithTheReason()
    {
        worker.GitHub.Create("acme/branchless").Commit("Add", ("a.txt", "a"));

        AssertGivenUp(await worker.ScanAsync(await worker.AddRepositoryAsync("acme/branchless"), reference: "refs/heads/gone"), "ref-not-found");
    }

    [Fact]
    public async Task Scan_EmptyRepository_IsGivenUpWithTheReason()
    {
        worker.GitHub.Create("acme/empty");

        AssertGivenUp(await worker.ScanAsync(await worker.AddRepositoryAsync("acme/empty"), reference: "HEAD"), "empty-repository");
    }

    [Fact]
    public async Task Scan_EmptyCommit_SucceedsWithNothing()
    {
        var commit = worker.GitHub.Create("acme/bare").CommitAll("Nothing yet");

        var scan = await worker.ScanAsync(await worker.AddRepositoryAsync("acme/bare"), commit);

        Assert.Equal((ScanStatus.Succeeded, 0), (scan.Status, scan.FilesTotal));
    }

    [Theory]
    [InlineData("ssh://git@registry.example/acme/x.git")]
    [InlineData("ext::sh -c touch% /tmp/never")]
    [InlineData("http://registry.example/acme/x.git")]
    [InlineData("https://user:word@registry.example/acme/x.git")]
    [InlineData("--upload-pack=touch")]
    public async Task Scan_AddressThatIsNotAllowed_IsGivenUpWithoutTryingIt(string address)
    {
        var scan = await worker.ScanAsync(await worker.AddRepositoryAsync("acme/odd", address));

        AssertGivenUp(scan, "not-allowed");
        Assert.DoesNotContain("word", scan.ErrorDetail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refs/heads/--upload-pack=x y")]
    [InlineData("-x")]
    [InlineData("refs/heads/a:refs/heads/b")]
    public async Task Scan_RefThatIsNone_IsGivenUp(string reference)
    {
        using var repository = TestRepository.Create();
        repository.Commit("Add", ("a.txt", "a"));
        var known = await worker.AddRepositoryAsync("refs", new Uri(repository.Folder).ToString());

        AssertGivenUp(await worker.ScanAsync(known, reference: reference), "ref-not-found");
    }

    [Fact]
    public async Task Scan_NamesGitWouldRefuse_AreReadAsData()
    {
        var repository = worker.GitHub.Create("acme/names");
        var blob = repository.Blob(Defect);
        var commit = repository.CommitTree(
            ("100644", "blob", blob, "new\nline.ini"u8.ToArray()),
            ("100644", "blob", blob, [(byte)'b', 0xFF, (byte)'1']),
            ("100644", "blob", blob, [(byte)'b', 0xFE, (byte)'1']),
            ("100644", "blob", blob, "b\\xff1"u8.ToArray()),
            ("100644", "blob", blob, "-rf"u8.ToArray()),
            ("100644", "blob", blob, Encoding.UTF8.GetBytes("ä\u202Eini.exe")),
            ("40000", "tree", repository.Tree("100644", blob, ".."), ".."u8.ToArray()),
            ("40000", "tree", repository.Tree("100644", blob, "config"), ".GIT"u8.ToArray()),
            ("100644", "blob", blob, Encoding.ASCII.GetBytes(new string('l', 5000))));
        var known = await worker.AddRepositoryAsync("acme/names");

        var scan = await worker.ScanAsync(known, commit);

        Assert.Equal(ScanStatus.Partial, scan.Status);
        Assert.Equal(
            ["limit", "invalid-path", "invalid-path", "invalid-path"],
            scan.Report!.Skipped.OrderBy(s => s.Reason == "invalid-path").Select(s => s.Reason));
        var finding = Assert.Single(await worker.FindingsAsync(known));
        await using var database = worker.Database();
        var places = database.FindingInstances.Single(i => i.FindingId == finding.Id).Places.Select(p => p.Path);
        Assert.Equal(["-rf", "b\\xfe1", "b\\xff1", "new\nline.ini", "ä\u202Eini.exe"], places.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scan_LinksSubmodulesPointersAndBinaries_AreListedAsSkipped()
    {
        var repository = worker.GitHub.Create("acme/special");
        var commit = repository.CommitTree(
            ("100644", "blob", repository.Blob("MZ\0 a program of some length \0"), "binary"u8.ToArray()),
            ("120000", "blob", repository.Blob("/etc/passwd"), "link"u8.ToArray()),
            ("100644", "blob", repository.Blob("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"), "movie"u8.ToArray()),
            ("160000", "commit", new string('2', 40), "module"u8.ToArray()),
            ("120000", "blob", repository.Blob("../../../outside"), "up"u8.ToArray()),
            ("100644", "blob", repository.Blob("caf\u00e9\n"), "word"u8.ToArray()));
        var known = await worker.AddRepositoryAsync("acme/special");

        var scan = await worker.ScanAsync(known, commit);

        Assert.Equal(ScanStatus.Succeeded, scan.Status);
        Assert.Equal(
            [("binary", "binary"), ("link", "symlink"), ("module", "submodule"), ("movie", "lfs-pointer"), ("up", "symlink")],
            scan.Report!.Skipped.OrderBy(s => s.Path, StringComparer.Ordinal).Select(s => (s.Path, s.Reason)));
        Assert.Empty(await worker.FindingsAsync(known));
    }

    [Fact]
    public async Task Scan_InvalidUtf8AndUtf16_AreStillSearched()
    {
        var repository = worker.GitHub.Create("acme/encodings");
        File.WriteAllBytes(Path.Combine(repository.Folder, "latin1.ini"), [0xE4, 0xF6, (byte)'\n', .. Encoding.ASCII.GetBytes(Defect)]);
        File.WriteAllBytes(Path.Combine(repository.Folder, "utf16.ini"), [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Defect)]);
        var known = await worker.AddRepositoryAsync("acme/encodings");

        await worker.ScanAsync(known, repository.CommitAll("Add"));

        await using var database = worker.Database();
        var finding = Assert.Single(await worker.FindingsAsync(known));
        Assert.Equal(
            [("latin1.ini", 3), ("utf16.ini", 2)],
            database.FindingInstances.Single(i => i.FindingId == finding.Id).Places.OrderBy(p => p.Path, StringComparer.Ordinal).Select(p => (p.Path, p.StartLine)));
    }

    [Fact]
    public async Task Scan_YamlBomb_EndsAndFindsTheRest()
    {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));
        var commit = worker.GitHub.Create("acme/bomb").Commit(
            "Add", (".github/workflows/bomb.yml", bomb), (".github/workflows/deep.yml", new string('[', 200_000)), (".github/workflows/greet.yml", DefectiveFiles.Workflow));
        var known = await worker.AddRepositoryAsync("acme/bomb");

        await worker.ScanAsync(known, commit);

        Assert.Equal("template-injection", Assert.Single(await worker.FindingsAsync(known)).RuleId);
    }

    [Fact]
    public async Task Scan_HundredThousandFilesAndOneOf200Megabytes_EndsWithTheDefectFound()
    {
        const int Files = 100_000;
        const int Large = 200 * 1024 * 1024;
        var commit = worker.GitHub.Create("acme/huge").Import(stream =>
        {
            void Write(string text) => stream.Write(Encoding.UTF8.GetBytes(text));
            Write($"blob\nmark :1\ndata {Large}\n");
            stream.Write(new byte[Large].AsSpan());
            Write($"\nblob\nmark :2\ndata {Defect.Length}\n{Defect}\n");
            Write("commit refs/heads/main\nauthor T <t@acme.example> 1700000000 +0000\ncommitter T <t@acme.example> 1700000000 +0000\ndata 3\nAdd\n");
            Write("M 100644 :1 large.bin\nM 100644 :2 settings.ini\n");
            for (var i = 0; i < Files; i++) Write($"M 100644 inline d{i % 100}/f{i}.txt\ndata {i.ToString(System.Globalization.CultureInfo.InvariantCulture).Length + 5}\nfile {i}\n");
            Write("\ndone\n");
        });
        var known = await worker.AddRepositoryAsync("acme/huge");

        var scan = await worker.ScanAsync(known, commit);

        Assert.Equal((ScanStatus.Succeeded, Files + 2), (scan.Status, scan.FilesTotal));
        Assert.Equal(("large.bin", "too-large"), scan.Report!.Skipped.Select(s => (s.Path, s.Reason)).Single());
        Assert.Equal("settings.ini", Assert.Single(await worker.FindingsAsync(known)).Path);
    }

    [Fact]
    public async Task Scan_ServerHandsOutNoSingleCommits_ReadsTheBranchInstead()
    {
        var repository = worker.GitHub.Create("acme/strict");
        repository.Git("config", "uploadpack.allowAnySHA1InWant", "false");
        var old = repository.Commit("Add", ("settings.ini", Defect));
        repository.Commit("Go on", ("a.txt", "a"));
        var known = await worker.AddRepositoryAsync("acme/strict");

        var scan = await worker.ScanAsync(known, old);

        Assert.Equal((ScanStatus.Succeeded, old), (scan.Status, scan.CommitSha));
        Assert.Single(await worker.FindingsAsync(known));
    }

    [Fact]
    public async Task Scan_FolderOfThisMachine_IsReadWhereAllowed()
    {
        using var repository = TestRepository.Create();
        var commit = repository.Commit("Add", ("settings.ini", Defect));
        var known = await worker.AddRepositoryAsync("local", new Uri(repository.Folder).ToString());

        var scan = await worker.ScanAsync(known, reference: "HEAD");

        Assert.Equal((ScanStatus.Succeeded, commit, "refs/heads/main"), (scan.Status, scan.CommitSha, scan.Ref));
        Assert.Single(await worker.FindingsAsync(known));
    }

    [Fact]
    public async Task Scan_BrokenMirror_IsMadeAgain()
    {
        var repository = worker.GitHub.Create("acme/broken-mirror");
        var known = await worker.AddRepositoryAsync("acme/broken-mirror");
        Assert.Equal(ScanStatus.Succeeded, (await worker.ScanAsync(known, repository.Commit("Add", ("a.txt", "a")))).Status);
        foreach (var pack in Directory.GetDirectories(worker.CacheDirectory, $"{known.Id:N}-*.git").SelectMany(d => Directory.GetFiles(Path.Combine(d, "objects"), "*", SearchOption.AllDirectories)))
        {
            File.SetAttributes(pack, FileAttributes.Normal);
            File.WriteAllText(pack, "not an object");
        }

        var scan = await worker.ScanAsync(known, repository.Commit("Go on", ("settings.ini", Defect)));

        Assert.Equal((ScanStatus.Succeeded, 2), (scan.Status, scan.FilesTotal));
    }

    private static void AssertGivenUp(Scan scan, string code)
    {
        Assert.Equal((ScanStatus.DeadLettered, code), (scan.Status, scan.ErrorCode));
        Assert.False(string.IsNullOrWhiteSpace(scan.ErrorDetail));
    }
}
