using System.Net.Http.Headers;
using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.EndToEnd;

/// <summary>All of Sentinel, started from the real app host, with a fake GitHub and, if wanted, a fake model.</summary>
internal sealed class SentinelApplication : IAsyncDisposable
{
    public const string WebhookSecret = "end-to-end-webhook-secret-0123456789";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(2);

    private SentinelApplication(DistributedApplication app, FakeGitHubServer gitHub, HttpClient api)
    {
        App = app;
        GitHub = gitHub;
        Api = api;
    }

    public DistributedApplication App { get; }

    public FakeGitHubServer GitHub { get; }

    /// <summary>A client of the API, signed in.</summary>
    public HttpClient Api { get; }

    public Uri Web => App.GetEndpoint("web");

    /// <summary>Starts everything and waits until it is healthy.</summary>
    /// <param name="modelUrl">Base URL of an OpenAI-compatible model; null for none.</param>
    /// <param name="collectorUrl">Where spans are sent over OTLP/HTTP; null for nowhere.</param>
    public static async Task<SentinelApplication> StartAsync(Uri? modelUrl, Uri? collectorUrl, CancellationToken cancellationToken)
    {
        var gitHub = await FakeGitHubServer.StartAsync(cancellationToken);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sentinel_AppHost>(
            [$"GITHUB_WEBHOOK_SECRET={WebhookSecret}", "API_KEY="], cancellationToken);
        if (modelUrl is not null)
        {
            var service = (ProjectResource)builder.Resources.Single(r => r.Name == "ai-service");
            builder.CreateResourceBuilder(service).WithEnvironment("AI_BASE_URL", modelUrl.ToString()).WithEnvironment("AI_MODEL", "fake-model");
        }
        foreach (var project in builder.Resources.OfType<ProjectResource>().Where(_ => collectorUrl is not null).ToArray())
        {
            builder.CreateResourceBuilder(project).WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", collectorUrl!.ToString())
                .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf").WithEnvironment("OTEL_BSP_SCHEDULE_DELAY", "500");
        }
        var app = await builder.BuildAsync(cancellationToken);
        await app.StartAsync(cancellationToken).WaitAsync(StartLimit, cancellationToken);
        foreach (var name in new[] { "api", "worker", "ai-service", "web" })
            await app.ResourceNotifications.WaitForResourceHealthyAsync(name, cancellationToken).WaitAsync(StartLimit, cancellationToken);

        var api = app.CreateHttpClient("api");
        using var answer = await api.PostAsync($"{ApiRoutes.Session}/local", null, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var session = await answer.Content.ReadFromJsonAsync<SessionCreated>(SentinelJson.Options, cancellationToken);
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session!.Token);
        return new SentinelApplication(app, gitHub, api);
    }

    /// <summary>Posts a push webhook; returns the request ID of the answer.</summary>
    public Task<string> PushAsync(string fullName, string before, string after, CancellationToken cancellationToken) =>
        PushAsync(fullName, "refs/heads/main", before, after, cancellationToken);

    /// <summary>Posts a push webhook of any ref; returns the request ID of the answer.</summary>
    public async Task<string> PushAsync(string fullName, string reference, string before, string after, CancellationToken cancellationToken)
    {
        using var anonymous = App.CreateHttpClient("api");
        using var answer = await GitHubDelivery.PushOf(fullName, GitHub.Url, reference, "main", before, after).PostAsync(anonymous, WebhookSecret, null, cancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        return answer.Headers.GetValues("X-Request-ID").Single();
    }

    /// <summary>Waits until the scan that a request caused has ended.</summary>
    public async Task<ScanSummary> ScanOfAsync(string requestId, CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetUtcNow() + StepLimit;
        while (true)
        {
            var scans = await GetAsync<Page<ScanSummary>>($"{ApiRoutes.Scans}?limit=100", cancellationToken);
            var scan = scans.Items.SingleOrDefault(s => s.RequestId == requestId);
            if (scan is { Status: not (ScanStatus.Queued or ScanStatus.Running) }) return scan;
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"The scan did not end: {scan}");
            await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>All findings of a repository.</summary>
    public async Task<IReadOnlyList<FindingSummary>> FindingsAsync(Guid repositoryId, CancellationToken cancellationToken) =>
        (await GetAsync<Page<FindingSummary>>($"{ApiRoutes.Findings}?repositoryId={repositoryId}&limit=200", cancellationToken)).Items;

    public async Task<T> GetAsync<T>(string url, CancellationToken cancellationToken) =>
        await Api.GetFromJsonAsync<T>(url, SentinelJson.Options, cancellationToken) ?? throw new InvalidOperationException($"{url} answered with nothing.");

    /// <summary>Waits until a condition holds.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<T?>> probe, string what, CancellationToken cancellationToken) where T : class
    {
        var deadline = TimeProvider.System.GetUtcNow() + StepLimit;
        while (TimeProvider.System.GetUtcNow() < deadline)
        {
            if (await probe() is { } found) return found;
            await Task.Delay(200, cancellationToken);
        }
        throw new TimeoutException($"It did not happen: {what}");
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        await GitHub.DisposeAsync();
    }
}
