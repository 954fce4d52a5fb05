using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Requests;
using Sentinel.Contracts.Scans;
using Sentinel.Tests.Fakes;

namespace Sentinel.Tests.EndToEnd;

/// <summary>A signed push becomes explained findings; what happens to the code happens to the findings.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class PushJourneyTests
{
    private const string Repository = "acme/shop";
    private const string NoCommit = "0000000000000000000000000000000000000000";

    [Fact]
    public async Task Push_FromWebhookToDashboard_IsFoundExplainedMovedAndClosed()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var model = await ExplainingModel.StartAsync();
        await using var collector = await TraceCollector.StartAsync(cancellationToken);
        await using var sentinel = await SentinelApplication.StartAsync(model.BaseUrl, collector.Url, cancellationToken);
        var repository = sentinel.GitHub.Create(Repository);

        var first = repository.Commit("Add the shop", (".github/workflows/greet.yml", DefectiveFiles.Workflow), ("Dockerfile", DefectiveFiles.Dockerfile), ("config/settings.ini", DefectiveFiles.Settings));
        var requestId = await sentinel.PushAsync(Repository, NoCommit, first, cancellationToken);
        var scan = await sentinel.ScanOfAsync(requestId, cancellationToken);
        Assert.Equal(ScanStatus.Succeeded, scan.Status);

        var findings = await sentinel.FindingsAsync(scan.RepositoryId, cancellationToken);
        Assert.Equal(
            [("dockerfile-unpinned-image", "Dockerfile", 1), ("github-pat", "config/settings.ini", 2), ("template-injection", ".github/workflows/greet.yml", 7)],
            findings.Select(f => (f.RuleId, f.Path, f.StartLine)).Order());
        var injection = findings.Single(f => f.RuleId == "template-injection");
        var secret = findings.Single(f => f.RuleId == "github-pat");

        await IsExplainedByTheModelAsync(sentinel, injection.Id, cancellationToken);
        Assert.DoesNotContain(model.Requests, r => r.Contains(DefectiveFiles.Token, StringComparison.Ordinal));
        await OneRequestIdEverywhereAsync(sentinel, requestId, cancellationToken);
        await SentinelApplication.EventuallyAsync(
            () => Task.FromResult(collector.ServicesWith(requestId).IsSupersetOf(["api", "worker", "ai-service"]) ? collector : null), "spans of every service with the request ID", cancellationToken);
        await DashboardProbe.ShowsAsync(sentinel, injection, requestId, cancellationToken);

        var second = repository.Commit("Move it", (".github/workflows/greet.yml", "# greets\n# everybody\n" + DefectiveFiles.Workflow));
        await sentinel.ScanOfAsync(await sentinel.PushAsync(Repository, first, second, cancellationToken), cancellationToken);
        var moved = await sentinel.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{injection.Id}", cancellationToken);
        Assert.Equal((9, FindingState.Open), (moved.StartLine, moved.State));

        var third = repository.Commit("Mend it", (".github/workflows/greet.yml", DefectiveFiles.FixedWorkflow), ("config/settings.ini", null));
        var mendedRequest = await sentinel.PushAsync(Repository, second, third, cancellationToken);
        await sentinel.ScanOfAsync(mendedRequest, cancellationToken);
        var mended = await sentinel.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{injection.Id}", cancellationToken);
        var last = mended.Events.MaxBy(e => e.At)!;
        Assert.Equal((FindingState.Fixed, FindingState.Fixed, FindingCause.Code, third), (mended.State, last.ToState, last.Cause, last.CommitSha));
        Assert.Equal(FindingState.Removed, (await sentinel.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{secret.Id}", cancellationToken)).State);
    }

    private static async Task IsExplainedByTheModelAsync(SentinelApplication sentinel, Guid findingId, CancellationToken cancellationToken)
    {
        var explanation = await SentinelApplication.EventuallyAsync(
            async () => (await sentinel.GetAsync<FindingDetail>($"{ApiRoutes.Findings}/{findingId}", cancellationToken)).Explanation is { Status: ExplanationStatus.Ready } ready ? ready : null,
            "an explanation of the finding", cancellationToken);
        Assert.Equal(ExplanationSource.Model, explanation.Source);
        Assert.NotEmpty(explanation.Claims);
    }

    private static async Task OneRequestIdEverywhereAsync(SentinelApplication sentinel, string requestId, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create((await sentinel.App.GetConnectionStringAsync("sentineldb", cancellationToken))!);
        foreach (var table in new[] { "deliveries", "scans", "finding_events", "outbox_messages", "explanations" })
        {
            await using var command = source.CreateCommand($"select count(*) from {table} where request_id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = requestId });
            Assert.True((long)(await command.ExecuteScalarAsync(cancellationToken))! > 0, $"{table} has no row with the request ID.");
        }

        var journey = await sentinel.GetAsync<RequestJourney>($"{ApiRoutes.Requests}/{requestId}", cancellationToken);
        Assert.Superset(new HashSet<string> { "delivery", "queue", "phase", "finding", "explanation" }, journey.Steps.Select(s => s.Kind).ToHashSet());

        var logs = sentinel.App.Services.GetRequiredService<ResourceLoggerService>();
        foreach (var service in new[] { "worker-0", "worker-1", "ai-service" })
        {
            var lines = new List<string>();
            await foreach (var batch in logs.GetAllAsync(service).WithCancellation(cancellationToken)) lines.AddRange(batch.Select(l => l.Content));
            if (lines.Any(l => l.Contains($"\"requestId\":\"{requestId}\"", StringComparison.Ordinal))) continue;
            // One of the two workers took the scan.
            Assert.StartsWith("worker", service, StringComparison.Ordinal);
        }
    }
}
