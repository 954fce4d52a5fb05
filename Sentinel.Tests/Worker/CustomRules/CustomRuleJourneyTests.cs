using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.CustomRules;
using Sentinel.Scanning;
using Confidence = Sentinel.Contracts.Findings.Confidence;
using CustomRuleVersion = Sentinel.Data.CustomRules.CustomRuleVersion;
using Severity = Sentinel.Contracts.Findings.Severity;

namespace Sentinel.Tests.Worker.CustomRules;

/// <summary>A rule from its dry run over stored content to its findings and out again, through the real worker.</summary>
public sealed class CustomRuleJourneyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly CustomRuleDefinition First = new(
        "custom-acme-token", "Acme token", Severity.High, Confidence.High, ["acme_"], @"\bacme_live_([0-9A-Za-z]{32})\b", null, null, null,
        ["token = \"acme_live_<alnum:32>\""], ["acme_live_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"]);

    private static readonly CustomRuleDefinition Second = First with { Pattern = @"\bacme_test_([0-9A-Za-z]{32})\b" };

    private readonly WorkerFixture _worker = new() { ExtraSettings = new Dictionary<string, string> { ["DryRun:Interval"] = "00:00:00.100" } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _worker.InitializeAsync();

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task Rule_TriedActivatedChangedAndTakenOut_CausesWhatTheDryRunSaid()
    {
        var live = SampleExpander.Expand("acme_live_<alnum:32>", "journey");
        var test = SampleExpander.Expand("acme_test_<alnum:32>", "another value");
        var commit = _worker.GitHub.Create("custom/journey").Commit("Add", ("deploy/values.conf", $"# comment\nendpoint {live}\n"), ("ci.conf", $"endpoint {test}\n"), ("image.bin", "acme_\0binary"));
        var repository = await _worker.AddRepositoryAsync("custom/journey");
        await _worker.ScanAsync(repository, commit);
        Assert.Empty(await _worker.FindingsAsync(repository));
        await StoreAsync(First, 1);
        await StoreAsync(Second, 2);

        var tried = await DryRunAsync(1);
        Assert.Equal((DryRunStatus.Done, null, 1, 1, 1, 0), (tried.Status, tried.Against, tried.RepositoriesTotal, tried.RepositoriesDone, tried.Added, tried.Removed));
        var sample = Assert.Single(Assert.Single(tried.Repositories).Samples);
        Assert.Equal((true, "deploy/values.conf", 2), (sample.Added, sample.Path, sample.Line));
        Assert.DoesNotContain(live["acme_live_".Length..], sample.Preview, StringComparison.Ordinal);
        Assert.Empty(await _worker.FindingsAsync(repository));

        await ActivateAsync(1);
        await _worker.ScanAsync(repository, commit);
        var found = Assert.Single(await _worker.FindingsAsync(repository));
        Assert.Equal(("custom-acme-token", "deploy/values.conf", FindingState.Open), (found.RuleId, found.Path, found.State));
        Assert.Equal(FindingCause.RulePack, Assert.Single(await _worker.EventsAsync(found.Id)).Cause);

        var changed = await DryRunAsync(2);
        Assert.Equal((1, 1, 1), (changed.Against, changed.Added, changed.Removed));
        Assert.Equal([(true, "ci.conf"), (false, "deploy/values.conf")], changed.Repositories.Single().Samples.Select(s => (s.Added, s.Path)));
        await ActivateAsync(2);
        await _worker.ScanAsync(repository, commit);
        Assert.Equal(
            [("ci.conf", FindingState.Open), ("deploy/values.conf", FindingState.Fixed)], (await _worker.FindingsAsync(repository)).Select(f => (f.Path, f.State)));
        Assert.Equal(FindingCause.RulePack, (await _worker.EventsAsync(found.Id))[^1].Cause);

        await ActivateAsync(null);
        await _worker.ScanAsync(repository, commit);
        Assert.All(await _worker.FindingsAsync(repository), f => Assert.Equal(FindingState.Fixed, f.State));
    }

    [Fact]
    public async Task History_OfAnActiveRule_HoldsWhatLeftTheCode()
    {
        await StoreAsync(First, 1);
        await ActivateAsync(1);
        var source = _worker.GitHub.Create("custom/history");
        source.Commit("Add", ("old.conf", $"endpoint {SampleExpander.Expand("acme_live_<alnum:32>", "history")}\n"));
        var repository = await _worker.AddRepositoryAsync("custom/history");
        await _worker.ScanAsync(repository, source.Commit("Remove", ("old.conf", null), ("new.conf", "endpoint none\n")));

        await _worker.EndOfAsync(await _worker.QueueAsync(repository, kind: ScanKind.History));

        var found = Assert.Single(await _worker.FindingsAsync(repository));
        Assert.Equal(("custom-acme-token", "old.conf", FindingState.Removed), (found.RuleId, found.Path, found.State));
    }

    [Fact]
    public async Task DryRun_RepositoryThatIsGone_IsNamedAndTheOthersAreTried()
    {
        var live = SampleExpander.Expand("acme_live_<alnum:32>", "gone");
        var repository = await _worker.AddRepositoryAsync("custom/there");
        await _worker.ScanAsync(repository, _worker.GitHub.Create("custom/there").Commit("Add", ("a.conf", $"endpoint {live}\n")));
        var gone = await _worker.AddRepositoryAsync("custom/gone");
        await using (var database = _worker.Database())
            await database.Repositories.Where(r => r.Id == gone.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.LastScannedAt, TimeProvider.System.GetUtcNow()), Cancellation);
        await StoreAsync(First, 1);

        var run = await DryRunAsync(1);

        Assert.Equal((DryRunStatus.Done, 2, 1), (run.Status, run.RepositoriesDone, run.Added));
        Assert.Equal([("custom/there", false), ("custom/gone", true)], run.Repositories.Select(r => (r.Name, r.NotLookedAt is not null)));
    }

    private async Task StoreAsync(CustomRuleDefinition definition, int version)
    {
        await using var database = _worker.Database();
        if (version == 1) database.CustomRules.Add(new CustomRule { Id = definition.Id, LatestVersion = 2, ChangedBy = "mira", ChangedAt = TimeProvider.System.GetUtcNow() });
        database.CustomRuleVersions.Add(new CustomRuleVersion { RuleId = definition.Id, Version = version, Definition = definition, CreatedBy = "mira", CreatedAt = TimeProvider.System.GetUtcNow() });
        await database.SaveChangesAsync(Cancellation);
    }

    private async Task ActivateAsync(int? version)
    {
        await using var database = _worker.Database();
        await database.CustomRules.ExecuteUpdateAsync(r => r.SetProperty(x => x.ActiveVersion, version), Cancellation);
    }

    private async Task<CustomRuleDryRun> DryRunAsync(int version)
    {
        var run = new CustomRuleDryRun { RuleId = First.Id, Version = version, RequestedBy = "mira", RequestedAt = TimeProvider.System.GetUtcNow() };
        await using (var database = _worker.Database())
        {
            database.CustomRuleDryRuns.Add(run);
            await database.SaveChangesAsync(Cancellation);
        }
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var database = _worker.Database();
            var row = await database.CustomRuleDryRuns.AsNoTracking().SingleAsync(r => r.Id == run.Id, Cancellation);
            if (row.Status is DryRunStatus.Done or DryRunStatus.Failed) return row;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"The dry run stays {row.Status}.");
            await Task.Delay(50, Cancellation);
        }
    }
}
