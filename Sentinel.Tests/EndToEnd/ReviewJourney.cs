using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Outbox;
using Sentinel.Tests.Api;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Worker;

namespace Sentinel.Tests.EndToEnd;

/// <summary>The real API and the real worker beside a fake GitHub that sends its webhooks to them.</summary>
internal sealed class ReviewJourney : IAsyncDisposable
{
    private readonly ApiServer _api;

    private ReviewJourney(WorkerFixture worker, ApiServer api) => (Worker, _api) = (worker, api);

    public WorkerFixture Worker { get; }

    public FakeGitHubServer GitHub => Worker.GitHub;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="aiService">Where the AI service is; null for nowhere.</param>
    public static async Task<ReviewJourney> StartAsync(Uri? aiService = null)
    {
        var settings = new Dictionary<string, string> { ["Outbox:PollInterval"] = "00:00:00.050" };
        if (aiService is not null) settings["AI_SERVICE_URL"] = aiService.ToString();
        var worker = new WorkerFixture { WithApp = true, ExtraSettings = settings };
        await worker.InitializeAsync();
        var api = await ApiServer.StartAsync(
            Token, connectionString: worker.DatabaseConnection, redis: worker.RedisConnection,
            settings: worker.GitHub.Settings().ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.Ordinal));
        worker.GitHub.Hook.Url = new Uri(api.Address, ApiRoutes.GitHubWebhooks);
        return new ReviewJourney(worker, api);
    }

    /// <summary>Sends the webhooks and waits until nothing is left to do; returns how many calls there were before.</summary>
    public async Task<int> StepAsync(IReadOnlyList<(string Event, JsonObject Payload)> events, string? guid = null)
    {
        var calls = GitHub.Calls.Count;
        foreach (var (name, payload) in events) Assert.Equal(202, (await GitHub.Hook.DeliverAsync(name, payload, Token, guid)).StatusCode);
        await Worker.UntilAsync(
            async database => !await database.Scans.AnyAsync(s => s.Status == ScanStatus.Queued || s.Status == ScanStatus.Running, Token)
                && !await database.SecretExposures.AnyAsync(e => e.RefsCompared < e.RefsAsked, Token)
                && !await database.Outbox.AnyAsync(m => m.Status == OutboxStatus.Pending && m.Kind != OutboxMessage.ExplanationRequested, Token),
            "scans, what follows them, and messages to GitHub are done");
        await using var left = Worker.Database();
        Assert.Empty(await left.Outbox.Where(m => m.Status == OutboxStatus.DeadLettered).Select(m => m.LastError).ToListAsync(Token));
        return calls;
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await Worker.DisposeAsync();
    }
}
