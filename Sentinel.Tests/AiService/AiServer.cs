using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.AiService;
using Sentinel.Contracts;
using Sentinel.Contracts.Ai;
using Sentinel.Tests.Fakes.FakeModel;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.AiService;

/// <summary>The real AI service on a real port.</summary>
internal sealed class AiServer : IAsyncDisposable
{
    public const string ModelName = "fake-1";

    private readonly WebApplication app;

    private AiServer(WebApplication app, ConcurrentQueue<string> logs)
    {
        this.app = app;
        Logs = logs;
        Client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }

    public HttpClient Client { get; }

    /// <summary>Every message logged, with its exception.</summary>
    public ConcurrentQueue<string> Logs { get; }

    public IServiceProvider Services => app.Services;

    /// <param name="model">Null for an installation without a model.</param>
    public static async Task<AiServer> StartAsync(FakeModelServer? model, CancellationToken cancellationToken, params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", ApplicationName = "Sentinel.AiService" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["API_KEY"] = "",
            ["REDIS_URL"] = "",
            ["OTEL_METRICS_EXPORTER"] = InProcess.Metrics,
            ["AI_BASE_URL"] = model?.BaseUrl ?? "",
            ["AI_MODEL"] = ModelName,
            ["Ai:Model:RetryDelay"] = "00:00:00.02",
            ["Ai:Model:AttemptTimeout"] = "00:00:20",
            ["Ai:Model:FailuresBeforeBreak"] = "1000",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value)));
        builder.Host.UseDefaultServiceProvider(options => options.ValidateOnBuild = options.ValidateScopes = true);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddAiService();
        var logs = new ConcurrentQueue<string>();
        builder.Logging.ClearProviders().AddProvider(new QueueLogs(logs));
        var app = builder.Build().MapAiService();
        await app.StartAsync(cancellationToken);
        return new AiServer(app, logs);
    }

    public async Task<ExplanationResponse> ExplainAsync(ExplanationRequest request, CancellationToken cancellationToken)
    {
        using var answer = await Client.PostAsJsonAsync(ApiRoutes.AiExplanations, request, SentinelJson.Options, cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        return (await answer.Content.ReadFromJsonAsync<ExplanationResponse>(SentinelJson.Options, cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }

    private sealed class QueueLogs(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
