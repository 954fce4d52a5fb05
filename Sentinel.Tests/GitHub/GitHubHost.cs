using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentinel.GitHub;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.GitHub;

/// <summary>What a service has of GitHub, pointed at a fake one, with everything it logs.</summary>
internal sealed class GitHubHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="settings">Over those of the fake.</param>
    /// <param name="clock">Null for the system's.</param>
    public GitHubHost(FakeGitHubServer gitHub, TimeProvider? clock = null, bool enterprise = false, params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        // Retries follow at once; what waits is rate limits.
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["GitHub:RetryDelay"] = "00:00:00" };
        foreach (var (key, value) in gitHub.Settings(enterprise)) values[key] = value;
        foreach (var (key, value) in settings) values[key] = value;
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Collector(Logs)));
        if (clock is not null) services.AddSingleton(clock);
        services.AddGitHub();
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    /// <summary>Every line, with exceptions and scopes' names.</summary>
    public ConcurrentQueue<string> Logs { get; } = new();

    public GitHubClients Clients => Get<GitHubClients>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class Collector(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            lines.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
