using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Feedback;
using Sentinel.Data.Imports;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Scanning.Imports;
using Sentinel.Tests.EndToEnd;
using Sarif = Sentinel.Tests.Scanning.Imports.Sarif;

namespace Sentinel.Tests.Worker.Imports;

/// <summary>What other tools report stands beside what Sentinel reports, and each speaks for itself.</summary>
public sealed class ImportTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const string Code = "def f(x):\n    return eval(x)\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_NewResult_IsAFindingUntilTheToolIsSilent()
    {
        var source = worker.GitHub.Create("import/new");
        var repository = await worker.AddRepositoryAsync("import/new");
        var commit = source.Commit("Add", ("app/f.py", Code));
        await worker.ScanAsync(repository, commit);

        var scan = await ImportAsync(repository, commit, Sarif.Run("Semgrep", Sarif.Result("eval", "app/f.py", 2, "eval of input", ",\"startColumn\":12"), """{"id":"eval","shortDescription":{"text":"Eval"},"fullDescription":{"text":"It runs."}}"""));

        Assert.Equal((ScanStatus.Succeeded, 1, 0, 1), (scan.Status, scan.FindingsOpened, scan.FindingsClosed, scan.FindingsTotal));
        var finding = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal(("semgrep:eval", "app/f.py", 2, FindingState.Open, "eval of input"), (finding.RuleId, finding.Path, finding.StartLine, finding.State, finding.Message));
        Assert.Contains("return eval(x)", finding.Snippet, StringComparison.Ordinal);
        await using (var database = worker.Database())
        {
            Assert.Equal("It runs.", (await database.ImportedRules.SingleAsync(r => r.RepositoryId == repository.Id, Cancellation)).Description);
            Assert.Null((await database.SarifImports.SingleAsync(i => i.ScanId == scan.Id, Cancellation)).Content);
        }

        // Neither a scan of Sentinel's own nor another tool takes it away, nor does code that moves.
        var moved = source.Commit("Move", ("app/f.py", "# moved\n" + Code));
        await worker.ScanAsync(repository, moved);
        await worker.EndOfAsync(await worker.QueueAsync(repository, moved, kind: ScanKind.Rerun));
        await ImportAsync(repository, moved, Sarif.Run("Other", ""));
        Assert.Equal(FindingState.Open, Assert.Single(await worker.FindingsAsync(repository)).State);

        await ImportAsync(repository, moved, Sarif.Run("Semgrep", Sarif.Result("eval", "app/f.py", 3, "eval of input", ",\"startColumn\":12")));
        var again = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((finding.Id, FindingState.Open, 3), (again.Id, again.State, again.StartLine));

        var silent = await ImportAsync(repository, moved, Sarif.Run("Semgrep", ""));
        Assert.Equal((0, 1), (silent.FindingsOpened, silent.FindingsClosed));
        Assert.Equal(FindingState.Fixed, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Fact]
    public async Task Import_WhatSentinelFoundToo_IsOneFindingWithTwoReporters()
    {
        var source = worker.GitHub.Create("import/both");
        var repository = await worker.AddRepositoryAsync("import/both");
        var commit = source.Commit("Add", ("conf/settings.ini", DefectiveFiles.Settings));
        await worker.ScanAsync(repository, commit);
        var before = Assert.Single(await worker.FindingsAsync(repository));
        var gitleaks = Sarif.Run("gitleaks", Sarif.Result("github-pat", "/builds/shop/conf/settings.ini", before.StartLine, "found"));

        var scan = await ImportAsync(repository, commit, gitleaks);

        Assert.Equal((ScanStatus.Succeeded, 0), (scan.Status, scan.FindingsOpened));
        var after = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((before.Id, before.Title, before.RuleId), (after.Id, after.Title, after.RuleId));
        Assert.Contains("sarif/gitleaks", after.AnalyzerIds);

        // The other tool's silence does not close what Sentinel still sees.
        await ImportAsync(repository, commit, Sarif.Run("gitleaks", ""));
        Assert.Equal(FindingState.Open, Assert.Single(await worker.FindingsAsync(repository)).State);

        // And the code that is gone is gone for both.
        await ImportAsync(repository, commit, gitleaks);
        var mended = await worker.ScanAsync(repository, source.Commit("Mend", ("conf/settings.ini", "x = 1\n")));
        Assert.Equal((ScanStatus.Succeeded, null), (mended.Status, mended.ErrorDetail));
        Assert.Equal(FindingState.Removed, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Fact]
    public async Task Import_ThatComesAndGoes_LeavesTheFixThatSentinelProved()
    {
        var source = worker.GitHub.Create("import/fix");
        var repository = await worker.AddRepositoryAsync("import/fix");
        var commit = source.Commit("Add", (".github/workflows/greet.yml", DefectiveFiles.Workflow));
        await worker.ScanAsync(repository, commit);
        const string Weakness = """{"id":"r","properties":{"tags":["CWE-94"]}}""";

        await ImportAsync(repository, commit, Sarif.Run("zizmor", Sarif.Result("r", ".github/workflows/greet.yml", 7, "one"), Weakness));
        await using var database = worker.Database();
        Assert.Equal(["sarif/zizmor", "workflows/github-actions"], (await InstanceAsync()).Reporters.Order(StringComparer.Ordinal));
        Assert.NotNull((await InstanceAsync()).Fix);
        await ImportAsync(repository, commit, Sarif.Run("zizmor", "", Weakness));

        Assert.Equal(["workflows/github-actions"], (await InstanceAsync()).Reporters);
        Assert.Contains("ISSUE_TITLE", (await InstanceAsync()).Fix?.Replacement, StringComparison.Ordinal);

        Task<Sentinel.Data.Findings.FindingInstance> InstanceAsync() => database.FindingInstances.AsNoTracking().SingleAsync(i => i.RepositoryId == repository.Id, Cancellation);
    }

    [Fact]
    public async Task Import_BeforeTheFirstScan_IsTakenOverByIt()
    {
        var source = worker.GitHub.Create("import/first");
        var repository = await worker.AddRepositoryAsync("import/first");
        var commit = source.Commit("Add", ("settings.ini", DefectiveFiles.Settings));
        await ImportAsync(repository, commit, Sarif.Run("gitleaks", Sarif.Result("github-pat", "settings.ini", 2, "found")));
        var before = Assert.Single(await worker.FindingsAsync(repository));

        var scan = await worker.ScanAsync(repository, commit);

        Assert.Equal(0, scan.FindingsOpened);
        Assert.Equal(before.Id, Assert.Single(await worker.FindingsAsync(repository)).Id);
        await using var database = worker.Database();
        Assert.Equal(["sarif/gitleaks", "secrets/patterns"], (await database.FindingInstances.SingleAsync(i => i.FindingId == before.Id, Cancellation)).Reporters);
    }

    [Fact]
    public async Task Import_OfTwoTools_MergesWhatIsOneDefect()
    {
        var source = worker.GitHub.Create("import/two");
        var repository = await worker.AddRepositoryAsync("import/two");
        var commit = source.Commit("Add", ("f.py", Code));
        const string Weakness = """{"id":"r","properties":{"tags":["CWE-95"]}}""";
        await ImportAsync(repository, commit, Sarif.Run("Semgrep", Sarif.Result("r", "f.py", 2, "one"), Weakness));

        var second = await ImportAsync(repository, commit, Sarif.Run("CodeQL", Sarif.Result("r", "f.py", 2, "two"), Weakness));

        Assert.Equal(0, second.FindingsOpened);
        Assert.Equal(["sarif/semgrep", "sarif/codeql"], Assert.Single(await worker.FindingsAsync(repository)).AnalyzerIds);
        await ImportAsync(repository, commit, Sarif.Run("Semgrep", "", Weakness));
        Assert.Equal(FindingState.Open, Assert.Single(await worker.FindingsAsync(repository)).State);
        await ImportAsync(repository, commit, Sarif.Run("CodeQL", "", Weakness));
        Assert.Equal(FindingState.Fixed, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Fact]
    public async Task Import_OfTwoToolsInOneFile_MergesWhatIsOneDefect()
    {
        var source = worker.GitHub.Create("import/one-file");
        var repository = await worker.AddRepositoryAsync("import/one-file");
        var commit = source.Commit("Add", ("f.py", Code));
        const string Weakness = """{"id":"r","properties":{"tags":["CWE-95"]}}""";
        string RunOf(string tool) => Sarif.Run(tool, Sarif.Result("r", "f.py", 2, tool), Weakness)["{\"version\":\"2.1.0\",\"runs\":[".Length..^2];

        var scan = await ImportAsync(repository, commit, $$"""{"version":"2.1.0","runs":[{{RunOf("Semgrep")}},{{RunOf("CodeQL")}}]}""");

        Assert.Equal((ScanStatus.Succeeded, 1), (scan.Status, scan.FindingsOpened));
        Assert.Equal(["sarif/semgrep", "sarif/codeql"], Assert.Single(await worker.FindingsAsync(repository)).AnalyzerIds);
    }

    [Fact]
    public async Task Import_OfAnOlderCommit_ChangesNothing()
    {
        var source = worker.GitHub.Create("import/older");
        var repository = await AddWithDefaultAsync("import/older");
        var old = source.Commit("Add", ("f.py", Code));
        var head = source.Commit("Mend", ("f.py", "x = 1\n"), ("new.py", Code));
        await worker.ScanAsync(repository, head);
        await ImportAsync(repository, head, Sarif.Run("Semgrep", Sarif.Result("r", "new.py", 2, "one")));

        var late = await ImportAsync(repository, old, Sarif.Run("Semgrep", Sarif.Result("r", "f.py", 2, "one")));

        Assert.Equal(ScanStatus.Superseded, late.Status);
        var finding = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal(("new.py", FindingState.Open), (finding.Path, finding.State));
    }

    [Fact]
    public async Task Import_WithThePolicyOfAnotherCommit_DoesNotApplyIt()
    {
        var source = worker.GitHub.Create("import/policy");
        var repository = await AddWithDefaultAsync("import/policy");
        await worker.ScanAsync(repository, source.Commit("Add", ("settings.ini", DefectiveFiles.Settings)));
        source.Git("checkout", "--quiet", "-b", "topic");
        var topic = source.Commit("Allow everything", (".sentinel.yml", "version: 1\nai: {explain: false}\nsuppressions: [{rule: github-pat, reason: Mine.}]\n"));

        await ImportAsync(repository, topic, Sarif.Run("Semgrep", ""));

        Assert.Equal(FindingState.Open, Assert.Single(await worker.FindingsAsync(repository)).State);
        await using var database = worker.Database();
        Assert.True((await database.Repositories.SingleAsync(r => r.Id == repository.Id, Cancellation)).AiExplain);
    }

    [Fact]
    public async Task Import_OfAClosedPullRequest_ChangesNothing()
    {
        var source = worker.GitHub.Create("import/closed");
        var repository = await worker.AddRepositoryAsync("import/closed");
        var commit = source.Commit("Add", ("f.py", Code));
        await using (var database = worker.Database())
        {
            database.PullRequests.Add(new PullRequest
            {
                RepositoryId = repository.Id,
                Number = 7,
                State = PullRequestState.Merged,
                HeadSha = commit,
                HeadRef = "topic",
                BaseSha = commit,
                BaseRef = "main",
                Draft = false,
                FromFork = false,
                AuthorLogin = "alice",
                Title = "Title",
                UpdatedAt = TimeProvider.System.GetUtcNow(),
            });
            await database.SaveChangesAsync(Cancellation);
        }

        var scan = await ImportAsync(repository, commit, Sarif.Run("Semgrep", Sarif.Result("r", "f.py", 2, "one")), "refs/pull/7/head");

        Assert.Equal(ScanStatus.Superseded, scan.Status);
        Assert.Empty(await worker.FindingsAsync(repository));
    }

    [Fact]
    public async Task Import_FindingThatSentinelReportedOnce_IsTheOtherToolsAlone()
    {
        var source = worker.GitHub.Create("import/once");
        var repository = await worker.AddRepositoryAsync("import/once");
        var commit = source.Commit("Add", ("settings.ini", DefectiveFiles.Settings));
        await worker.ScanAsync(repository, commit);
        await ImportAsync(repository, commit, Sarif.Run("gitleaks", Sarif.Result("github-pat", "settings.ini", 2, "found")));
        // As after a rule that was taken out: only the import reports it now.
        await using (var database = worker.Database())
            await database.FindingInstances.Where(i => i.RepositoryId == repository.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.Reporters, new List<string> { "sarif/gitleaks" }), Cancellation);

        await worker.ScanAsync(repository, source.Commit("Edit", ("settings.ini", "region = us\nother = 1\n")));

        Assert.Equal(FindingState.Open, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Fact]
    public async Task Import_FilesThatAreNotThere_AreToldAndTheRestIsKept()
    {
        var source = worker.GitHub.Create("import/lost");
        var repository = await worker.AddRepositoryAsync("import/lost");
        var commit = source.Commit("Add", ("f.py", Code));
        var results = string.Join(',', Sarif.Result("r", "f.py", 2, "one"), Sarif.Result("r", "../f.py", 2, "two"), Sarif.Result("r", "gone.py", 1, "three"), """{"ruleId":"r","message":{"text":"four"}}""");

        var scan = await ImportAsync(repository, commit, Sarif.Run("Tool", results));

        Assert.Equal((ScanStatus.Partial, 1), (scan.Status, scan.FindingsTotal));
        var run = Assert.Single(scan.Report!.Plugins);
        Assert.Equal(("sarif/tool", "Partial", 1), (run.PluginId, run.Status, run.Findings));
        Assert.Contains("3 results name no file of this commit", run.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_IsNoPartOfWhatCommitsAreComparedBy()
    {
        var source = worker.GitHub.Create("import/snapshot");
        var repository = await worker.AddRepositoryAsync("import/snapshot");
        var commit = source.Commit("Add", ("f.py", Code), ("settings.ini", DefectiveFiles.Settings));
        await ImportAsync(repository, commit, Sarif.Run("Semgrep", Sarif.Result("r", "f.py", 2, "one")));

        var scan = await worker.ScanAsync(repository, commit);

        await using var database = worker.Database();
        Assert.Equal("settings.ini", Assert.Single((await database.ScanSnapshots.SingleAsync(s => s.RepositoryId == repository.Id, Cancellation)).Findings).Path);
        Assert.Equal(1, scan.FindingsTotal);
    }

    [Fact]
    public async Task Import_CommitThatIsNotThere_IsGivenUpWithAReason()
    {
        worker.GitHub.Create("import/nowhere").Commit("Add", ("f.py", Code));
        var repository = await worker.AddRepositoryAsync("import/nowhere");

        var scan = await ImportAsync(repository, new string('1', 40), Sarif.Run("Tool", ""));

        Assert.Equal((ScanStatus.DeadLettered, "commit-not-found"), (scan.Status, scan.ErrorCode));
    }

    private async Task<Repository> AddWithDefaultAsync(string name)
    {
        var repository = await worker.AddRepositoryAsync(name);
        await using var database = worker.Database();
        await database.Repositories.Where(r => r.Id == repository.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.DefaultBranch, "main"), Cancellation);
        return repository;
    }

    private async Task<Scan> ImportAsync(Repository repository, string commit, string sarif, string reference = "refs/heads/main")
    {
        var runs = await SarifReader.ReadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(sarif)), null, Cancellation);
        var scan = new Scan
        {
            RepositoryId = repository.Id,
            RequestId = Guid.NewGuid().ToString(),
            Kind = ScanKind.Import,
            Lane = ScanLane.Push,
            Ref = reference,
            CommitSha = commit,
            QueuedAt = TimeProvider.System.GetUtcNow(),
        };
        await using (var database = worker.Database())
        {
            database.Scans.Add(scan);
            database.SarifImports.Add(new SarifImport { ScanId = scan.Id, RepositoryId = repository.Id, Reporters = [.. runs.Select(r => r.Reporter)], Content = ImportContent.Pack(runs) });
            await database.SaveChangesAsync(Cancellation);
        }
        await worker.Services.GetRequiredService<IScanQueue>().EnqueueAsync([scan.Id], Cancellation);
        return await worker.EndOfAsync(scan.Id);
    }
}
