using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Findings;
using Sentinel.Tests.EndToEnd;
using FindingEvent = Sentinel.Data.Findings.FindingEvent;

namespace Sentinel.Tests.Worker;

/// <summary>What happens to the code happens to the findings, each time with one cause.</summary>
public sealed class FindingLifecycleTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const string Path = ".github/workflows/greet.yml";

    [Fact]
    public async Task Scan_SameCommitTwice_ChangesNothing()
    {
        var commit = worker.GitHub.Create("life/twice").Commit("Add", (Path, DefectiveFiles.Workflow), ("settings.ini", DefectiveFiles.Settings));
        var repository = await worker.AddRepositoryAsync("life/twice");
        await worker.ScanAsync(repository, commit);
        var before = await worker.FindingsAsync(repository);

        var second = await worker.ScanAsync(repository, commit);

        Assert.Equal((0, 0, 2), (second.FindingsOpened, second.FindingsClosed, second.FindingsTotal));
        Assert.True(second.CacheHits > 0);
        Assert.Equal(before.Select(f => f.Id), (await worker.FindingsAsync(repository)).Select(f => f.Id));
        Assert.All(before, f => Assert.Single(EventsOf(f)));
    }

    [Fact]
    public async Task Scan_DefectRemovedAndBroughtBack_IsFixedThenReopened()
    {
        var source = worker.GitHub.Create("life/back");
        var repository = await worker.AddRepositoryAsync("life/back");
        await worker.ScanAsync(repository, source.Commit("Add", (Path, DefectiveFiles.Workflow)));
        var mended = source.Commit("Mend", (Path, DefectiveFiles.FixedWorkflow));
        var closing = await worker.ScanAsync(repository, mended);
        var again = source.Commit("Break", (Path, DefectiveFiles.Workflow));
        await worker.ScanAsync(repository, again);

        var finding = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((FindingState.Reopened, null), (finding.State, finding.ClosedAt));
        Assert.Equal((0, 1), (closing.FindingsOpened, closing.FindingsClosed));
        Assert.Equal(
            [(FindingEventKind.Opened, FindingCause.Code), (FindingEventKind.Fixed, FindingCause.Code), (FindingEventKind.Reopened, FindingCause.Code)],
            EventsOf(finding).Select(e => (e.Kind, e.Cause)));
        Assert.Equal([mended, again], EventsOf(finding).Skip(1).Select(e => e.CommitSha));
    }

    [Fact]
    public async Task Scan_FileRenamed_KeepsTheFindingAndTellsTheMove()
    {
        var source = worker.GitHub.Create("life/renamed");
        var repository = await worker.AddRepositoryAsync("life/renamed");
        await worker.ScanAsync(repository, source.Commit("Add", (Path, DefectiveFiles.Workflow)));
        var before = Assert.Single(await worker.FindingsAsync(repository));

        await worker.ScanAsync(repository, source.Commit("Rename", (Path, null), (".github/workflows/hello.yml", DefectiveFiles.Workflow)));

        var after = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((before.Id, FindingState.Open, ".github/workflows/hello.yml"), (after.Id, after.State, after.Path));
        Assert.Contains(Path, Assert.Single(EventsOf(after), e => e.Kind == FindingEventKind.Moved).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_TwoEqualFilesSwapNames_EachFindingFollowsItsFile()
    {
        const string Other = ".github/workflows/other.yml";
        var source = worker.GitHub.Create("life/swapped");
        var repository = await worker.AddRepositoryAsync("life/swapped");
        var longer = "# a comment\n# of two lines\n" + DefectiveFiles.Workflow;
        await worker.ScanAsync(repository, source.Commit("Add", (Path, DefectiveFiles.Workflow), (Other, longer)));
        var before = await worker.FindingsAsync(repository);

        await worker.ScanAsync(repository, source.Commit("Swap", (Path, longer), (Other, DefectiveFiles.Workflow)));

        var after = await worker.FindingsAsync(repository);
        Assert.Equal(2, after.Count);
        Assert.Equal(before.ToDictionary(f => f.Id, f => f.StartLine), after.ToDictionary(f => f.Id, f => f.StartLine));
        Assert.All(after, f => Assert.NotEqual(before.Single(b => b.Id == f.Id).Path, f.Path));
    }

    [Fact]
    public async Task Scan_SecretInTwoFiles_IsOneFindingUntilBothAreGone()
    {
        var source = worker.GitHub.Create("life/secret");
        var repository = await worker.AddRepositoryAsync("life/secret");
        await worker.ScanAsync(repository, source.Commit("Add", ("a.ini", DefectiveFiles.Settings), ("b.ini", "x = 1\n" + DefectiveFiles.Settings)));
        await worker.ScanAsync(repository, source.Commit("Half", ("a.ini", null)));
        var half = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((FindingState.Open, "b.ini"), (half.State, half.Path));

        await worker.ScanAsync(repository, source.Commit("Whole", ("b.ini", null)));

        // A secret that was pushed stays known to whoever saw it: gone from the code is not rotated.
        Assert.Equal(FindingState.Removed, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x = 1\n")]
    public async Task Scan_FileThatIsEmptied_HoldsItsSecretNoMore(string rest)
    {
        var name = $"life/emptied-{rest.Length}";
        var source = worker.GitHub.Create(name);
        var repository = await worker.AddRepositoryAsync(name);
        await worker.ScanAsync(repository, source.Commit("Add", ("a.ini", DefectiveFiles.Settings), ("b.txt", "kept")));

        await worker.ScanAsync(repository, source.Commit("Empty", ("a.ini", rest)));

        Assert.Equal(FindingState.Removed, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Fact]
    public async Task Scan_FixedOnOneBranchOnly_StaysOpen()
    {
        var source = worker.GitHub.Create("life/branches");
        var repository = await worker.AddRepositoryAsync("life/branches");
        await worker.ScanAsync(repository, source.Commit("Add", (Path, DefectiveFiles.Workflow)));
        source.Git("checkout", "--quiet", "-b", "topic");
        var onTopic = source.Head;
        await worker.ScanAsync(repository, onTopic, "refs/heads/topic");

        await worker.ScanAsync(repository, source.Commit("Mend", (Path, DefectiveFiles.FixedWorkflow)), "refs/heads/topic");
        Assert.Equal(FindingState.Open, Assert.Single(await worker.FindingsAsync(repository)).State);

        source.Git("checkout", "--quiet", "main");
        await worker.ScanAsync(repository, source.Commit("Mend", (Path, DefectiveFiles.FixedWorkflow)));
        Assert.Equal(FindingState.Fixed, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Fact]
    public async Task Scan_DismissedFinding_StaysDismissedUntilItExpires()
    {
        var source = worker.GitHub.Create("life/dismissed");
        var repository = await worker.AddRepositoryAsync("life/dismissed");
        await worker.ScanAsync(repository, source.Commit("Add", (Path, DefectiveFiles.Workflow)));
        await DismissAsync(repository.Id, TimeProvider.System.GetUtcNow().AddDays(1));
        await worker.ScanAsync(repository, source.Commit("Move", (Path, "# moved\n" + DefectiveFiles.Workflow)));
        var moved = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((FindingState.Dismissed, 8), (moved.State, moved.StartLine));

        await DismissAsync(repository.Id, TimeProvider.System.GetUtcNow().AddSeconds(-1));
        await worker.ScanAsync(repository, source.Commit("Go on", ("a.txt", "a")));

        var reopened = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((FindingState.Reopened, null), (reopened.State, reopened.DismissReason));
        Assert.Equal(FindingCause.Person, EventsOf(reopened)[^1].Cause);
    }

    [Fact]
    public async Task Scan_FileNoLongerReadable_DoesNotCountAsFixed()
    {
        var source = worker.GitHub.Create("life/unread");
        var repository = await worker.AddRepositoryAsync("life/unread");
        await worker.ScanAsync(repository, source.Commit("Add", ("settings.ini", DefectiveFiles.Settings)));

        // Larger than is read: whether the secret is still there was not looked at.
        await worker.ScanAsync(repository, source.Commit("Grow", ("settings.ini", new string('\n', 11 * 1024 * 1024))));

        Assert.Equal(FindingState.Open, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Fact]
    public async Task Scan_Finished_HasEveryPhaseAndTheDefaultBranch()
    {
        worker.GitHub.Create("life/phases").Commit("Add", (Path, DefectiveFiles.Workflow));
        var repository = await worker.AddRepositoryAsync("life/phases");

        var scan = await worker.ScanAsync(repository, reference: "HEAD");

        Assert.Equal([ScanPhase.Fetch, ScanPhase.List, ScanPhase.Analyse, ScanPhase.Match, ScanPhase.Persist], scan.Report!.Phases.Select(p => p.Phase));
        await using var database = worker.Database();
        var known = await database.Repositories.SingleAsync(r => r.Id == repository.Id, TestContext.Current.CancellationToken);
        Assert.Equal(("main", scan.CommitSha, scan.Id), (known.DefaultBranch, known.HeadCommit, known.LastScanId));
    }

    [Fact]
    public async Task Scan_RawSecret_IsNowhereInTheDatabase()
    {
        var source = worker.GitHub.Create("life/raw");
        var repository = await worker.AddRepositoryAsync("life/raw");
        await worker.ScanAsync(repository, source.Commit("Add", ("settings.ini", DefectiveFiles.Settings), (Path, DefectiveFiles.Workflow + $"        env: {{ T: {DefectiveFiles.Token} }}\n")));

        foreach (var table in new[] { "findings", "finding_instances", "finding_events", "scans", "outbox_messages", "file_analyses", "secret_exposures", "secret_commits" })
        {
            var rows = await RowsAsync(table);
            Assert.NotEmpty(rows);
            Assert.DoesNotContain(rows, row => row.Contains(DefectiveFiles.Token, StringComparison.Ordinal));
        }
    }

    private IReadOnlyList<FindingEvent> EventsOf(Finding finding) => worker.EventsAsync(finding.Id).GetAwaiter().GetResult();

    private async Task<IReadOnlyList<string>> RowsAsync(string table)
    {
        await using var command = worker.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand($"select t::text from {table} t");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) rows.Add(reader.GetString(0));
        return rows;
    }

    private async Task DismissAsync(Guid repositoryId, DateTimeOffset expires)
    {
        await using var database = worker.Database();
        await database.Findings.Where(f => f.RepositoryId == repositoryId).ExecuteUpdateAsync(
            f => f.SetProperty(x => x.State, FindingState.Dismissed).SetProperty(x => x.DismissReason, DismissReason.FalsePositive)
                .SetProperty(x => x.DismissedBy, "ann").SetProperty(x => x.DismissExpiresAt, expires),
            TestContext.Current.CancellationToken);
    }
}
