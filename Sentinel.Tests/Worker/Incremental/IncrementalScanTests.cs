using CsCheck;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Tests.EndToEnd;

namespace Sentinel.Tests.Worker.Incremental;

/// <summary>Looking only at what changed must give what looking at everything gives.</summary>
public sealed class IncrementalScanTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private static readonly string[] Refs = ["refs/heads/main", "refs/heads/main", "refs/heads/topic"];

    private static readonly EditKind[] Kinds = [.. Enum.GetValues<EditKind>(), EditKind.Write, EditKind.Write, EditKind.Write, EditKind.Rename, EditKind.Swap, EditKind.InsertLine, EditKind.InsertLine, EditKind.Restore];

    // A commit with its edits, the ref it is pushed to, and how many findings are dismissed before.
    private static readonly Gen<(Edit[] Edits, int Ref, int Dismissed)[]> History = Gen.Select(
        Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Int[0, 50], Gen.Int[0, 50], Gen.Int[0, RandomTree.ContentCount - 1])
            .Select(e => new Edit(Kinds[e.Item1], e.Item2, e.Item3, e.Item4)).Array[0, 6],
        Gen.Int[0, Refs.Length - 1], Gen.Int[0, 3]).Array[5, 12];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scan_RandomEdits_GivesWhatLookingAtEverythingGives()
    {
        var number = 0;
        var carried = 0;
        await History.SampleAsync(async history => carried += await PlayAsync($"same/{Interlocked.Increment(ref number)}", history), iter: 25, threads: 1);

        // Else the test has compared the full scan with itself.
        Assert.True(carried > 50, $"Only {carried} scans went on from the scan before.");
    }

    [Fact]
    public async Task Scan_OneFileOfMany_ReadsThatFileAlone()
    {
        var source = worker.GitHub.Create("incremental/one");
        var repository = await worker.AddRepositoryAsync("incremental/one");
        var first = await worker.ScanAsync(repository, source.Commit("Add", [("Dockerfile", DefectiveFiles.Dockerfile), .. Enumerable.Range(0, 200).Select(i => ($"f/{i}.txt", (string?)$"an ordinary line {i}\n"))]));

        var second = await worker.ScanAsync(repository, source.Commit("Change", ("f/7.txt", "another line of text\n")));

        Assert.Equal((first.FilesTotal, first.FilesDone, first.FindingsTotal), (second.FilesTotal, second.FilesDone, second.FindingsTotal));
        Assert.Equal(21, second.BytesScanned);
        Assert.Equal(first.Report!.Plugins, second.Report!.Plugins);
        var finding = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((second.Id, FindingState.Open), (finding.LastScanId, finding.State));
        Assert.Equal((null, first.CommitSha), (first.Report.SinceCommit, second.Report.SinceCommit));
    }

    [Fact]
    public async Task Scan_FindingThatAnotherRefDescribedSince_IsDescribedAgain()
    {
        var source = worker.GitHub.Create("incremental/refs");
        var repository = await worker.AddRepositoryAsync("incremental/refs");
        var first = source.Commit("Add", ("Dockerfile", DefectiveFiles.Dockerfile));
        await worker.ScanAsync(repository, first);
        source.Git("checkout", "--quiet", "-b", "topic");
        await worker.ScanAsync(repository, source.Commit("Insert", ("Dockerfile", "# inserted\n" + DefectiveFiles.Dockerfile)), "refs/heads/topic");
        Assert.Equal(2, Assert.Single(await worker.FindingsAsync(repository)).StartLine);

        source.Git("checkout", "--quiet", "main");
        var scan = await worker.ScanAsync(repository, source.Commit("Go on", ("a.txt", "an ordinary line\n")));

        Assert.Equal(first, scan.Report!.SinceCommit);
        Assert.Equal(1, Assert.Single(await worker.FindingsAsync(repository)).StartLine);
    }

    [Fact]
    public async Task Scan_CacheForgotten_LooksAtEverything()
    {
        var source = worker.GitHub.Create("incremental/forgotten");
        var repository = await worker.AddRepositoryAsync("incremental/forgotten");
        await worker.ScanAsync(repository, source.Commit("Add", ("a.txt", "forgotten lines, a\n"), ("b.txt", "forgotten lines, b\n")));
        await using (var database = worker.Database()) await database.FileAnalyses.ExecuteDeleteAsync(Cancellation);

        var scan = await worker.ScanAsync(repository, source.Commit("Change", ("a.txt", "forgotten lines, c\n")));

        Assert.Equal(38, scan.BytesScanned);
    }

    [Fact]
    public async Task Scan_OtherRulesBefore_LooksAtEverything()
    {
        var source = worker.GitHub.Create("incremental/rules");
        var repository = await worker.AddRepositoryAsync("incremental/rules");
        await worker.ScanAsync(repository, source.Commit("Add", ("a.txt", "rules a\n"), ("Dockerfile", DefectiveFiles.Dockerfile)));
        await using (var database = worker.Database())
        {
            await database.ScanBaselines.Where(b => b.RepositoryId == repository.Id).ExecuteUpdateAsync(b => b.SetProperty(x => x.Basis, "of another version"), Cancellation);
            // Were it trusted, nobody would see that these are wrong.
            await database.ScanBaselines.Where(b => b.RepositoryId == repository.Id).ExecuteUpdateAsync(b => b.SetProperty(x => x.Files, 77), Cancellation);
        }

        var scan = await worker.ScanAsync(repository, source.Commit("Change", ("a.txt", "rules b\n")));

        Assert.Equal(2, scan.FilesTotal);
    }

    [Fact]
    public async Task Scan_AskedForByAPerson_LooksAtEverything()
    {
        var source = worker.GitHub.Create("incremental/person");
        var repository = await worker.AddRepositoryAsync("incremental/person");
        var commit = source.Commit("Add", ("a.txt", "a\n"), ("b.txt", "b\n"));
        await worker.ScanAsync(repository, commit);
        await using (var database = worker.Database())
            await database.ScanBaselines.Where(b => b.RepositoryId == repository.Id).ExecuteUpdateAsync(b => b.SetProperty(x => x.Files, 77), Cancellation);

        var scan = await worker.EndOfAsync(await worker.QueueAsync(repository, commit, kind: ScanKind.Manual));

        Assert.Equal(2, scan.FilesTotal);
    }

    [Fact]
    public async Task Scan_FileThatAPluginFailsOn_IsTriedAgainByEachScan()
    {
        const string Broken = ".github/workflows/broken.yml";
        var source = worker.GitHub.Create("incremental/broken");
        var repository = await worker.AddRepositoryAsync("incremental/broken");
        await worker.ScanAsync(repository, source.Commit("Add", (Broken, "on: [push\n"), ("a.txt", "a\n")));

        var second = await worker.ScanAsync(repository, source.Commit("Change", ("a.txt", "b\n")));
        var third = await worker.ScanAsync(repository, source.Commit("Mend", (Broken, DefectiveFiles.FixedWorkflow)));
        var fourth = await worker.ScanAsync(repository, source.Commit("Change", ("a.txt", "c\n")));

        Assert.Equal((ScanStatus.Partial, ScanStatus.Succeeded, ScanStatus.Succeeded), (second.Status, third.Status, fourth.Status));
        Assert.Contains(second.Report!.Plugins, p => p.Detail?.Contains(Broken, StringComparison.Ordinal) == true);
    }

    // Plays the history on two repositories: one is scanned as pushes are, the other always looks at everything.
    private async Task<int> PlayAsync(string name, (Edit[] Edits, int Ref, int Dismissed)[] history)
    {
        var source = worker.GitHub.Create(name);
        Repository[] repositories = [await worker.AddRepositoryAsync(name), await worker.AddRepositoryAsync(name + "-full", new Uri(worker.GitHub.Url, name).ToString())];
        var tree = new RandomTree();
        var carried = 0;
        foreach (var (edits, reference, dismissed) in history)
        {
            foreach (var edit in edits) tree.Apply(edit);
            var commit = tree.Commit(source);
            foreach (var repository in repositories) await DismissAsync(repository, dismissed);
            var scans = new List<Scan>();
            foreach (var (repository, kind) in repositories.Zip([ScanKind.Push, ScanKind.Manual])) scans.Add(await worker.EndOfAsync(await worker.QueueAsync(repository, commit, Refs[reference], kind)));

            Assert.Equal(await RepositoryState.ReadAsync(worker, repositories[1], scans[1]), await RepositoryState.ReadAsync(worker, repositories[0], scans[0]));
            Assert.Null(scans[1].Report!.SinceCommit);
            if (scans[0].Report!.SinceCommit is not null) carried++;
        }
        return carried;
    }

    // The first open findings are dismissed, every second one for no time at all.
    private async Task DismissAsync(Repository repository, int count)
    {
        await using var database = worker.Database();
        var open = await database.Findings.Where(f => f.RepositoryId == repository.Id && (f.State == FindingState.Open || f.State == FindingState.Reopened))
            .OrderBy(f => f.Fingerprint).ThenBy(f => f.Ordinal).Take(count).ToListAsync(Cancellation);
        foreach (var (i, finding) in open.Index())
            (finding.State, finding.DismissReason, finding.DismissExpiresAt) = (FindingState.Dismissed, DismissReason.FalsePositive, i % 2 == 0 ? null : TimeProvider.System.GetUtcNow().AddSeconds(-1));
        await database.SaveChangesAsync(Cancellation);
    }
}
