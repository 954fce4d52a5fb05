using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Repositories;
using Sentinel.Tests.EndToEnd;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Tests.Worker.Policies;

/// <summary>The policy of the default branch decides which stored findings count, each time with the configuration as the one cause.</summary>
public sealed class PolicyJourneyTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const string Policy = ".sentinel.yml";
    private const string Workflow = ".github/workflows/greet.yml";
    private const string Allowing = "version: 1\nsuppressions:\n  - {rule: template-injection, reason: Only we open issues.}\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Suppression_GivenAndTakenAway_DismissesAndReopens()
    {
        var source = worker.GitHub.Create("policy/given");
        var repository = await AddAsync("policy/given");
        await worker.ScanAsync(repository, source.Commit("Add", (Workflow, DefectiveFiles.Workflow)));
        var allowing = source.Commit("Allow", (Policy, Allowing));
        var scan = await worker.ScanAsync(repository, allowing);
        var dismissed = Assert.Single(await worker.FindingsAsync(repository));
        await worker.ScanAsync(repository, source.Commit("Say it better", (Policy, Allowing.Replace("Only we", "Only members", StringComparison.Ordinal))));
        var better = Assert.Single(await worker.FindingsAsync(repository));
        var taking = source.Commit("Take away", (Policy, null));
        await worker.ScanAsync(repository, taking);

        Assert.Equal(
            (FindingState.Dismissed, DismissReason.AcceptedRisk, "Only we open issues.", Policy, null),
            (dismissed.State, dismissed.DismissReason!.Value, dismissed.DismissJustification, dismissed.DismissedBy, dismissed.DismissExpiresAt));
        Assert.Equal((Policy, 1, 0), (scan.Report!.Policy!.Path, scan.Report.Policy.Dismissed, scan.Report.Policy.Errors.Count));
        Assert.Equal("Only members open issues.", better.DismissJustification);
        var finding = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((dismissed.Id, FindingState.Reopened, null, null), (finding.Id, finding.State, finding.DismissedBy, finding.ClosedAt));
        Assert.Equal(
            [
                (FindingEventKind.Opened, FindingCause.Code, null),
                (FindingEventKind.Dismissed, FindingCause.Configuration, "Only we open issues."),
                (FindingEventKind.Undismissed, FindingCause.Configuration, "The policy does not allow it any more."),
            ],
            await EventsAsync(finding));
        Assert.Equal([allowing, taking], (await worker.EventsAsync(finding.Id)).Skip(1).Select(e => e.CommitSha));
    }

    [Fact]
    public async Task Ai_SwitchedOff_AsksNoModelUntilItIsSwitchedOnAgain()
    {
        var source = worker.GitHub.Create("policy/ai");
        var repository = await AddAsync("policy/ai");
        await worker.ScanAsync(repository, source.Commit("Add", ("settings.ini", DefectiveFiles.Settings), (Policy, "version: 1\nai: {explain: false}\n")));
        var finding = Assert.Single(await worker.FindingsAsync(repository));

        // The AI service is not there: whoever asked it would try for a while, and give another reason.
        await worker.UntilAsync(db => db.Explanations.AnyAsync(e => e.FindingId == finding.Id, Cancellation), "the finding is explained");
        await using (var database = worker.Database())
        {
            var explanation = await database.Explanations.SingleAsync(e => e.FindingId == finding.Id, Cancellation);
            Assert.Equal((ExplanationSource.Guidance, "policy"), (explanation.Source, explanation.Reason));
            Assert.Equal(1, await database.Outbox.Where(m => m.AggregateKey == finding.Id.ToString()).Select(m => m.Attempts).SingleAsync(Cancellation));
        }

        await worker.ScanAsync(repository, source.Commit("Allow", (Policy, null)));
        await using var after = worker.Database();
        Assert.True((await after.Repositories.SingleAsync(r => r.Id == repository.Id, Cancellation)).AiExplain);
    }

    [Fact]
    public async Task Suppression_ThatEnds_ReopensAndIsTold()
    {
        var source = worker.GitHub.Create("policy/ends");
        var repository = await AddAsync("policy/ends");
        await worker.ScanAsync(repository, source.Commit("Add", (Workflow, DefectiveFiles.Workflow), (Policy, Allowing.Replace("}", ", expires: 9000-12-31}", StringComparison.Ordinal))));
        var before = Assert.Single(await worker.FindingsAsync(repository));
        var scan = await worker.ScanAsync(repository, source.Commit("End", (Policy, Allowing.Replace("}", ", expires: 2020-01-31}", StringComparison.Ordinal))));

        Assert.Equal((FindingState.Dismissed, new DateTimeOffset(9001, 1, 1, 0, 0, 0, TimeSpan.Zero)), (before.State, before.DismissExpiresAt));
        Assert.Equal(FindingState.Reopened, Assert.Single(await worker.FindingsAsync(repository)).State);
        Assert.Equal(["The suppression of rule template-injection ended on 2020-01-31 and has no effect."], scan.Report!.Policy!.Notes);
    }

    [Fact]
    public async Task Dismissal_WhoseDayIsOver_EndsByTheConfiguration()
    {
        var source = worker.GitHub.Create("policy/over");
        var repository = await AddAsync("policy/over");
        var commit = source.Commit("Add", (Workflow, DefectiveFiles.Workflow), (Policy, Allowing));
        await worker.ScanAsync(repository, commit);
        await UpdateAsync(repository.Id, "dismiss_expires_at = now() - interval '1 second'");

        await worker.ScanAsync(repository, source.Commit("Take away", (Policy, null)));

        var finding = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((FindingState.Reopened, FindingCause.Configuration), (finding.State, (await worker.EventsAsync(finding.Id))[^1].Cause));
    }

    [Fact]
    public async Task Paths_SecretAtTwoPlaces_CountsWhileItCountsAtOne()
    {
        var source = worker.GitHub.Create("policy/paths");
        var repository = await AddAsync("policy/paths");
        await worker.ScanAsync(
            repository, source.Commit("Add", ("docs/a.ini", DefectiveFiles.Settings), ("src/a.ini", DefectiveFiles.Settings), (Policy, "version: 1\npaths: {exclude: [docs/]}\n")));
        var two = Assert.Single(await worker.FindingsAsync(repository));
        await worker.ScanAsync(repository, source.Commit("Remove", ("src/a.ini", null)));
        var one = Assert.Single(await worker.FindingsAsync(repository));

        Assert.Equal((FindingState.Open, FindingState.Dismissed), (two.State, one.State));
        Assert.Equal((DismissReason.WontFix, "The policy does not count findings at this path."), (one.DismissReason!.Value, one.DismissJustification));
    }

    [Fact]
    public async Task LiveSecret_OfAnAllowedRule_ComesBackUnlessItsFingerprintIsAllowed()
    {
        var source = worker.GitHub.Create("policy/live");
        var repository = await AddAsync("policy/live");
        await worker.ScanAsync(repository, source.Commit("Add", ("a.ini", DefectiveFiles.Settings), (Policy, "version: 1\nsuppressions: [{rule: github-pat, reason: Samples.}]\n")));
        var allowed = await TokenAsync(repository);
        await UpdateAsync(repository.Id, $"liveness = '{LivenessState.Live}'");
        await worker.ScanAsync(repository, source.Commit("Touch", ("b.txt", "b")));
        var live = await TokenAsync(repository);
        await worker.ScanAsync(repository, source.Commit("Allow it", (Policy, $"version: 1\nsuppressions: [{{rule: github-pat, fingerprint: '{live.Fingerprint}', reason: Meant for all.}}]\n")));
        var named = await TokenAsync(repository);

        Assert.Equal((FindingState.Dismissed, FindingState.Reopened, FindingState.Dismissed), (allowed.State, live.State, named.State));
    }

    [Fact]
    public async Task PolicyWithErrors_ChangesNothingAndIsShownOnTheScan()
    {
        var source = worker.GitHub.Create("policy/errors");
        var repository = await AddAsync("policy/errors");
        await worker.ScanAsync(repository, source.Commit("Add", (Workflow, DefectiveFiles.Workflow), (Policy, Allowing)));
        var scan = await worker.ScanAsync(repository, source.Commit("Break", (Policy, "version: 1\ngate: {severty: high}\n"), ("Dockerfile", DefectiveFiles.Dockerfile)));

        Assert.Equal([new PolicyFault(2, 8, "gate has no key 'severty'.", "Did you mean severity?")], scan.Report!.Policy!.Errors);
        var findings = await worker.FindingsAsync(repository);
        Assert.Equal([(FindingState.Open, "Dockerfile"), (FindingState.Dismissed, Workflow)], findings.Select(f => (f.State, f.Path)).Order());
    }

    [Fact]
    public async Task PolicyOfABranch_DecidesNothing()
    {
        var source = worker.GitHub.Create("policy/branch");
        var repository = await AddAsync("policy/branch");
        await worker.ScanAsync(repository, source.Commit("Add", (Workflow, DefectiveFiles.Workflow)));
        var scan = await worker.ScanAsync(repository, source.Commit("Allow", (Policy, Allowing)), "refs/heads/change");

        Assert.Null(scan.Report!.Policy);
        Assert.Equal(FindingState.Open, Assert.Single(await worker.FindingsAsync(repository)).State);
    }

    [Fact]
    public async Task DismissalOfAPerson_IsNotThePolicys()
    {
        var source = worker.GitHub.Create("policy/person");
        var repository = await AddAsync("policy/person");
        await worker.ScanAsync(repository, source.Commit("Add", (Workflow, DefectiveFiles.Workflow)));
        await UpdateAsync(repository.Id, "state = 'Dismissed', dismiss_reason = 'FalsePositive', dismissed_by = 'ann', dismiss_justification = 'No.'");
        await worker.ScanAsync(repository, source.Commit("Allow", (Policy, Allowing)));
        await worker.ScanAsync(repository, source.Commit("Take away", (Policy, null)));

        var finding = Assert.Single(await worker.FindingsAsync(repository));
        Assert.Equal((FindingState.Dismissed, "ann", "No."), (finding.State, finding.DismissedBy, finding.DismissJustification));
        Assert.Single(await worker.EventsAsync(finding.Id));
    }

    private async Task<Finding> TokenAsync(Repository repository) => Assert.Single(await worker.FindingsAsync(repository), f => f.Path == "a.ini");

    // As a webhook does, which says what the default branch is.
    [Fact]
    public async Task MinimumActedOn_OfTheDefaultBranch_IsKeptForTheFigures()
    {
        var source = worker.GitHub.Create("policy/minimum");
        var repository = await AddAsync("policy/minimum");
        var kept = new List<int?>();
        foreach (var (path, policy) in new[] { ("a.txt", "a"), (Policy, "version: 1\ncomments: {minimum-acted-on: 35}\n"), (Policy, "version: 2\n"), (Policy, "version: 1\n"), (Policy, null) })
        {
            await worker.ScanAsync(repository, source.Commit("Policy", (path, policy)));
            await using var database = worker.Database();
            kept.Add(await database.Repositories.Where(r => r.Id == repository.Id).Select(r => r.MinimumActedOn).SingleAsync(Cancellation));
        }

        // A file with errors changes nothing.
        Assert.Equal([null, 35, 35, 10, null], kept);
    }

    private async Task<Repository> AddAsync(string fullName)
    {
        var repository = await worker.AddRepositoryAsync(fullName);
        await using var database = worker.Database();
        await database.Repositories.Where(r => r.Id == repository.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.DefaultBranch, "main"), Cancellation);
        return repository;
    }

    private async Task<IEnumerable<(FindingEventKind, FindingCause, string?)>> EventsAsync(Finding finding) =>
        (await worker.EventsAsync(finding.Id)).Select(e => (e.Kind, e.Cause, e.Detail));

    private async Task UpdateAsync(Guid repositoryId, string set)
    {
        await using var database = worker.Database();
#pragma warning disable EF1002 // The texts are this file's own.
        await database.Database.ExecuteSqlRawAsync($"update findings set {set} where repository_id = '{repositoryId}'", Cancellation);
#pragma warning restore EF1002
    }
}
