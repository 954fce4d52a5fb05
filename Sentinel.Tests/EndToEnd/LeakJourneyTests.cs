using System.Net.Http.Json;
using Aspire.Hosting.Testing;
using Npgsql;
using Sentinel.Scanning;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Overview;
using Sentinel.Contracts.Scans;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning;

namespace Sentinel.Tests.EndToEnd;

/// <summary>A secret that was pushed stays an incident until it is rotated, through the whole application.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class LeakJourneyTests
{
    private const string NoCommit = "0000000000000000000000000000000000000000";
    private const string Main = "refs/heads/main";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Secret_ForcePushedAway_OnTheWay_OnATag_OnADeletedBranch_StaysAnIncident()
    {
        await using var sentinel = await SentinelApplication.StartAsync(modelUrl: null, collectorUrl: null, Cancellation);
        var shop = sentinel.GitHub.Create("acme/leaky");
        var first = shop.Commit("Begin", ("readme.md", "A shop"));
        var scan = await sentinel.ScanOfAsync(await sentinel.PushAsync("acme/leaky", NoCommit, first, Cancellation), Cancellation);

        var main = await ForcePushedAwayAsync(sentinel, shop, scan.RepositoryId, first);
        main = await OnTheWayAsync(sentinel, shop, scan.RepositoryId, main);
        await OnATagAsync(sentinel, shop, scan.RepositoryId);
        await OnADeletedBranchAsync(sentinel, shop, scan.RepositoryId, main);
    }

    private static async Task<string> ForcePushedAwayAsync(SentinelApplication sentinel, TestRepository shop, Guid repositoryId, string first)
    {
        var leaking = shop.Commit("Add settings", ("config/settings.ini", SettingsWith("forced")));
        await sentinel.ScanOfAsync(await sentinel.PushAsync("acme/leaky", first, leaking, Cancellation), Cancellation);
        shop.Git("reset", "--quiet", "--hard", first);
        var clean = shop.Commit("Add nothing", ("a.txt", "a"));
        var scan = await sentinel.ScanOfAsync(await sentinel.PushAsync("acme/leaky", leaking, clean, Cancellation), Cancellation);
        Assert.Equal(ScanStatus.Succeeded, scan.Status);

        var secret = await ExposedAsync(sentinel, repositoryId, "config/settings.ini", e => e.Dropped);
        var exposure = secret.Exposure!;
        Assert.Equal((FindingState.Removed, "Test", "test@acme.example", leaking), (secret.State, exposure.AuthorName, exposure.AuthorEmail, exposure.IntroducedCommit));
        Assert.Equal((true, 0, false), (exposure.StillServed, exposure.RefsTotal, exposure.InDefaultBranch));
        Assert.NotNull(exposure.FirstPushedAt);
        Assert.NotNull(exposure.RemovedAt);
        Assert.Equal(1, (await sentinel.GetAsync<OverviewResponse>(ApiRoutes.Overview, Cancellation)).Open.Total);

        // Two hours pass.
        await ExecuteAsync(sentinel, "update secret_exposures set first_pushed_at = first_pushed_at - interval '2 hours'");
        var listed = Assert.Single(await sentinel.FindingsAsync(repositoryId, Cancellation));
        Assert.InRange(listed.MinutesExposed!.Value, 120, 130);
        if (!await DashboardProbe.AttestsRotationAsync(sentinel, listed, "test@acme.example", "2 h", "New key in the vault"))
        {
            using var answer = await sentinel.Api.PostAsJsonAsync($"{ApiRoutes.Findings}/{listed.Id}/attest-rotation", new AttestRotationRequest("New key in the vault"), SentinelJson.Options, Cancellation);
            answer.EnsureSuccessStatusCode();
        }
        var closed = await sentinel.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{listed.Id}", Cancellation);
        Assert.Equal((FindingState.Fixed, RotationProof.Attested), (closed.State, closed.Exposure!.Rotation));
        Assert.Equal((FindingEventKind.Fixed, FindingCause.Person), (closed.Events[^1].Kind, closed.Events[^1].Cause));
        Assert.Equal(0, (await sentinel.GetAsync<OverviewResponse>(ApiRoutes.Overview, Cancellation)).Open.Total);
        return clean;
    }

    private static async Task<string> OnTheWayAsync(SentinelApplication sentinel, TestRepository shop, Guid repositoryId, string before)
    {
        shop.Commit("One", ("b.txt", "b"));
        var leaking = shop.Commit("Two", ("deploy/middle.ini", SettingsWith("middle")));
        var after = shop.Commit("Three", ("deploy/middle.ini", null));

        await sentinel.ScanOfAsync(await sentinel.PushAsync("acme/leaky", before, after, Cancellation), Cancellation);

        var secret = await ExposedAsync(sentinel, repositoryId, "deploy/middle.ini", e => e.RefsTotal > 0);
        Assert.Equal((FindingState.Removed, leaking), (secret.State, secret.Exposure!.IntroducedCommit));
        Assert.Equal([Main], secret.Exposure.Refs);
        return after;
    }

    private static async Task OnATagAsync(SentinelApplication sentinel, TestRepository shop, Guid repositoryId)
    {
        shop.Git("checkout", "--quiet", "--detach");
        var tagged = shop.Commit("Release", ("release.ini", SettingsWith("tag")));
        shop.Git("tag", "v1");
        shop.Git("checkout", "--quiet", "main");

        await sentinel.ScanOfAsync(await sentinel.PushAsync("acme/leaky", "refs/tags/v1", NoCommit, tagged, Cancellation), Cancellation);

        var secret = await ExposedAsync(sentinel, repositoryId, "release.ini", e => e.RefsTotal > 0);
        Assert.Equal((FindingState.Open, tagged), (secret.State, secret.Exposure!.IntroducedCommit));
        Assert.Equal(["refs/tags/v1"], secret.Exposure.Refs);
    }

    private static async Task OnADeletedBranchAsync(SentinelApplication sentinel, TestRepository shop, Guid repositoryId, string main)
    {
        shop.Git("checkout", "--quiet", "-b", "topic");
        shop.Commit("Add", ("topic.ini", SettingsWith("topic")));
        var tip = shop.Commit("Mend", ("topic.ini", null), ("second.ini", SettingsWith("second")));
        await sentinel.ScanOfAsync(await sentinel.PushAsync("acme/leaky", "refs/heads/topic", NoCommit, tip, Cancellation), Cancellation);
        Assert.Equal(FindingState.Removed, (await ExposedAsync(sentinel, repositoryId, "topic.ini", e => e.RefsTotal > 0)).State);
        Assert.Equal(FindingState.Open, (await ExposedAsync(sentinel, repositoryId, "second.ini", e => e.RefsTotal > 0)).State);
        shop.Git("checkout", "--quiet", "main");
        shop.Git("branch", "--quiet", "-D", "topic");

        var scan = await sentinel.ScanOfAsync(await sentinel.PushAsync("acme/leaky", "refs/heads/topic", tip, NoCommit, Cancellation), Cancellation);

        Assert.Equal((ScanKind.Dropped, ScanStatus.Succeeded), (scan.Kind, scan.Status));
        foreach (var path in new[] { "topic.ini", "second.ini" })
        {
            var secret = await ExposedAsync(sentinel, repositoryId, path, e => e.Dropped);
            Assert.Equal((FindingState.Removed, true), (secret.State, secret.Exposure!.StillServed));
        }
        Assert.Equal(main, shop.Head);
    }

    private static async Task<FindingDetail> ExposedAsync(SentinelApplication sentinel, Guid repositoryId, string path, Func<SecretExposure, bool> reached) =>
        await SentinelApplication.EventuallyAsync(
            async () =>
            {
                if ((await sentinel.FindingsAsync(repositoryId, Cancellation)).SingleOrDefault(f => f.Path == path) is not { } finding) return null;
                var detail = await sentinel.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{finding.Id}", Cancellation);
                return detail.Exposure is { RefsCheckedAt: not null } exposure && reached(exposure) ? detail : null;
            },
            $"the exposure of {path}", Cancellation);

    private static async Task ExecuteAsync(SentinelApplication sentinel, string sql)
    {
        await using var source = NpgsqlDataSource.Create((await sentinel.App.GetConnectionStringAsync("sentineldb", Cancellation))!);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    // Made at run time, each another value: nothing shaped like a live token is in the sources.
    private static string SettingsWith(string seed) => $"region = eu\ntoken = {SampleExpander.Expand("ghp_<github-token>", $"leak {seed}")}\n";
}
