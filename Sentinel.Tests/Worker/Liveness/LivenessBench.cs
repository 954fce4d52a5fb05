using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Scanning;
using Sentinel.ServiceDefaults;
using Sentinel.Tests.Fakes.FakeProvider;
using Sentinel.Tests.Support;
using Sentinel.Worker.Liveness;

namespace Sentinel.Tests.Worker.Liveness;

/// <summary>The real checker with its real client, as the worker builds it, before a fake provider.</summary>
internal sealed class LivenessBench : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LivenessBench(WebApplication app, FakeProviderServer provider, ConcurrentQueue<string> logs) => (_app, Provider, Logs) = (app, provider, logs);

    public FakeProviderServer Provider { get; }

    public ConcurrentQueue<string> Logs { get; }

    public LivenessChecker Checker => _app.Services.GetRequiredService<LivenessChecker>();

    public EgressGuard Guard => _app.Services.GetRequiredService<EgressGuard>();

    /// <param name="settings">Over those that lead every provider to the fake.</param>
    public static async Task<LivenessBench> StartAsync(string environment, params (string Key, string? Value)[] settings)
    {
        var provider = await FakeProviderServer.StartAsync(TestContext.Current.CancellationToken);
        var logs = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = "Sentinel.Worker" });
        builder.Configuration.AddInMemoryCollection(LivenessProviders.All.Select(p => KeyValuePair.Create($"Liveness:BaseUrls:{p.Id}", (string?)provider.Url.AbsoluteUri)));
        builder.Configuration["Liveness:PrivateHosts:0"] = "127.0.0.1";
        builder.Configuration["Liveness:RequestTimeout"] = "00:00:02";
        builder.Configuration["Liveness:RequestsPerMinute"] = "6000";
        foreach (var (key, value) in settings) builder.Configuration[key] = value;
        builder.Configuration["OTEL_METRICS_EXPORTER"] = InProcess.Metrics;
        builder.Configuration["ConnectionStrings:sentineldb"] = "Host=nowhere";
        builder.Configuration["ConnectionStrings:redis"] = "127.0.0.1:1";
        builder.AddServiceDefaults("worker");
        builder.AddLiveness();
        builder.Host.UseDefaultServiceProvider(options => options.ValidateOnBuild = options.ValidateScopes = false);
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(new LogLines(logs));
        return new LivenessBench(builder.Build(), provider, logs);
    }

    public static LivenessDefinition Definition(string id) => LivenessProviders.Find(id) ?? throw new InvalidOperationException($"there is no provider {id}");

    /// <summary>Something to ask about, made at run time, with every part that any provider wants.</summary>
    public static LeakedValue Secret(string seed = "liveness") => new(
        new string('a', 64), "github-pat", SampleExpander.Expand("ghp_<github-token>", seed),
        [KeyValuePair.Create("account SID", SampleExpander.Expand("AC<hex:32>", seed)), KeyValuePair.Create("access key ID", SampleExpander.Expand("AKIA<base32:16>", seed))]);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Provider.DisposeAsync();
    }
}

/// <summary>Keeps every log line with its properties and exception.</summary>
internal sealed class LogLines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        lines.Enqueue($"{state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var properties = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}")) : "";
        lines.Enqueue($"{logLevel} {formatter(state, exception)} {properties} {exception}");
    }

    public void Dispose()
    {
    }
}
