using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Api.Sweeps;
using Sentinel.Contracts;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.Data.Sweeps;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Api.Sweeps;

public sealed class SweepTests : IAsyncLifetime
{
    private const string NoCommit = "0000000000000000000000000000000000000000";

    private FakeGitHubServer _gitHub = null!;
    private ApiServer _api = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gitHub = await FakeGitHubServer.StartAsync(Cancellation);
        _gitHub.App.WebhookSecret = ApiServer.WebhookSecret;
        var settings = _gitHub.Settings().ToDictionary(s => s.Key, s => (string?)s.Value);
        settings["Sweeps:Enabled"] = "false";
        settings["GitHub:RetryDelay"] = "00:00:00";
        _api = await ApiServer.StartAsync(Cancellation, settings: settings);
        _gitHub.Hook.Url = new Uri(_api.Address, ApiRoutes.GitHubWebhooks);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _gitHub.DisposeAsync();
    }

    [Fact]
    public async Task Redelivery_WhatFailedWhileNobodyListened_ComesInOnceAndIsShown()
    {
        var lost = Push("refs/heads/main", 'a');
        _gitHub.Hook.Add("push", Push("refs/heads/old", 'b'), at: Ago(4 * 24 * 60), guid: "old");
        _gitHub.Hook.Add("push", lost, at: Ago(30), guid: "lost");
        _gitHub.Hook.Add("push", Push("refs/heads/fresh", 'c'), at: Ago(0), guid: "fresh");
        await _gitHub.Hook.DeliverAsync("push", Push("refs/heads/taken", 'd'), Cancellation, guid: "taken");
        // GitHub did not hear the answer.
        _gitHub.Hook.Add("push", Push("refs/heads/taken", 'd'), at: Ago(20), guid: "taken");

        var sweep = await RunAsync(SweepKind.Redelivery);
        await Task.WhenAll(_gitHub.Hook.Redeliveries);

        Assert.Equal((3, 1, 0, null), (sweep!.Looked, sweep.Repaired, sweep.GivenUp, sweep.Error));
        Assert.Equal(["lost", "taken"], await _api.QueryAsync(db => db.Deliveries.Select(d => d.DeliveryId).Order().ToArrayAsync(Cancellation)));
        Assert.Equal(["refs/heads/main", "refs/heads/taken"], await _api.QueryAsync(db => db.Scans.Select(s => s.Ref).Order().ToArrayAsync(Cancellation)));
        // The next looks again, and finds nothing to ask for.
        Assert.Equal((0, null), (await RunAsync(SweepKind.Redelivery)) is { } second ? (second.Repaired, second.Error) : (-1, "did not run"));

        using var admin = await _api.AsAsync(Role.Admin, Cancellation);
        var snapshot = await admin.GetFromJsonAsync<OperationsSnapshot>(ApiRoutes.Operations, SentinelJson.Options, Cancellation);
        Assert.Equal(("Redelivery", 3), Assert.Single(snapshot!.Sweeps!) is var shown ? (shown.Kind, shown.Looked) : default);
    }

    [Fact]
    public async Task Redelivery_OneThatGitHubRefuses_DoesNotKeepTheOthersBack()
    {
        _gitHub.Hook.Add("push", Push("refs/heads/a", 'a'), at: Ago(50), guid: "gone");
        _gitHub.Hook.Add("push", Push("refs/heads/b", 'b'), at: Ago(40), guid: "there");
        _gitHub.Faults.Next("POST", "/app/hook/deliveries/*", new FakeFault.Status(404, "Not Found"));

        var sweep = await RunAsync(SweepKind.Redelivery);
        await Task.WhenAll(_gitHub.Hook.Redeliveries);

        Assert.Equal((1, 1, null), (sweep!.Repaired, sweep.GivenUp, sweep.Error));
        Assert.Equal(["there"], await _api.QueryAsync(db => db.Deliveries.Select(d => d.DeliveryId).ToArrayAsync(Cancellation)));
    }

    [Fact]
    public async Task Sweep_GitHubDoesNotAnswer_IsKeptWithItsReason()
    {
        _gitHub.Faults.Next("GET", "*", new FakeFault.Status(503), times: 10);

        var sweep = await RunAsync(SweepKind.Redelivery);

        Assert.NotNull(sweep!.CompletedAt);
        Assert.Contains("GitHub has a fault", sweep.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_SeveralProcessesAtOnce_RunsOnce()
    {
        var service = _api.Services.GetRequiredService<SweepService>();

        var ran = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.RunAsync(SweepKind.Redelivery, TimeSpan.FromMinutes(1), Cancellation)));

        Assert.Single(ran, s => s is not null);
    }

    [Fact]
    public async Task Reconciliation_HeadsThatNobodyToldOf_AreQueuedOnce()
    {
        var shop = _gitHub.AddRepository("acme/shop");
        var main = shop.Git.Commit("First", ("a.txt", "a"));
        shop.Git.Git("branch", "topic");
        shop.Git.Git("checkout", "--quiet", "topic");
        var topic = shop.Git.Commit("Second", ("b.txt", "b"));
        shop.Git.Git("checkout", "--quiet", "main");
        var pull = shop.OpenPullRequest(_gitHub.AddUser("mona"), "topic");
        _gitHub.AddRepository("acme/empty");
        _gitHub.AddRepository("acme/attic").Archived = true;
        var installation = _gitHub.Install("acme");

        var first = await RunAsync(SweepKind.Reconciliation);
        var second = await RunAsync(SweepKind.Reconciliation);

        Assert.Equal((2, 2, 0, null), (first!.Looked, first.Repaired, first.GivenUp, first.Error));
        Assert.Equal((2, 0, 0, null), (second!.Looked, second.Repaired, second.GivenUp, second.Error));
        var scans = await _api.QueryAsync(db => db.Scans.OrderBy(s => s.Ref).ToListAsync(Cancellation));
        Assert.Equal(
            [(ScanKind.Push, "refs/heads/main", main, null, null), (ScanKind.PullRequest, $"refs/pull/{pull.Number}/head", topic, main, (int?)pull.Number)],
            scans.Select(s => (s.Kind, s.Ref, s.CommitSha, s.BaseSha, s.PullRequestNumber)));
        var rows = await _api.QueryAsync(db => db.Repositories.Where(r => r.GitHubId != null).OrderBy(r => r.FullName).ToListAsync(Cancellation));
        Assert.Equal([("acme/attic", true), ("acme/empty", false), ("acme/shop", false)], rows.Select(r => (r.FullName, r.Archived)));
        Assert.All(rows, r => Assert.Equal(installation.Id, r.InstallationId));
    }

    [Fact]
    public async Task Reconciliation_RenamedAndRemovedRepositories_AreFollowed()
    {
        var shop = _gitHub.AddRepository("acme/shop");
        var till = _gitHub.AddRepository("acme/till");
        var installation = _gitHub.Install("acme", shop, till);
        var other = _gitHub.Install("umbrella");
        _gitHub.AddRepository("umbrella/web");
        await RunAsync(SweepKind.Reconciliation);

        shop.Name = "store";
        installation.Repositories!.Remove(till.Id);
        _gitHub.Uninstall(other);
        await RunAsync(SweepKind.Reconciliation);

        var rows = await _api.QueryAsync(db => db.Repositories.Where(r => r.GitHubId != null).OrderBy(r => r.FullName).ToListAsync(Cancellation));
        Assert.Equal([("acme/store", installation.Id), ("acme/till", null), ("umbrella/web", (long?)null)], rows.Select(r => (r.FullName, r.InstallationId)));
    }

    private Task<Sweep?> RunAsync(SweepKind kind) => _api.Services.GetRequiredService<SweepService>().RunAsync(kind, TimeSpan.Zero, Cancellation);

    private JsonObject Push(string reference, char after) =>
        JsonNode.Parse(GitHubDelivery.PushOf("acme/shop", _gitHub.Url, reference, "main", NoCommit, new string(after, 40)).Body)!.AsObject();

    private static DateTimeOffset Ago(double minutes) => TimeProvider.System.GetUtcNow().AddMinutes(-minutes);
}
