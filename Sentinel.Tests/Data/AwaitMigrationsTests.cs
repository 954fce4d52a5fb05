using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sentinel.Data;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Data;

public sealed class AwaitMigrationsTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_UntilMigrated_Waits()
    {
        await using var services = Services(await TestPostgres.CreateEmptyDatabaseAsync(Stop), out var log);
        var waiting = AwaitMigrationsVerb.RunAsync(services, Pause, Stop);
        while (!log.Lines.Any(l => l.Contains("is not applied yet", StringComparison.Ordinal))) await Task.Delay(Pause, Stop);

        Assert.False(waiting.IsCompleted);
        await using (var database = await services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContextAsync(Stop)) await database.Database.MigrateAsync(Stop);

        Assert.Equal(0, await waiting);
    }

    [Fact]
    public async Task Run_NoServer_GivesUpAtTheLimitAndSaysWhy()
    {
        await using var services = Services("Host=127.0.0.1;Port=1;Username=u;Password=hunter2;Timeout=1", out var log);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        Assert.Equal(1, await AwaitMigrationsVerb.RunAsync(services, Pause, limit.Token));
        Assert.Contains(log.Lines, l => l.Contains("did not get this version's schema", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, l => l.Contains("hunter2", StringComparison.Ordinal));
    }

    private static ServiceProvider Services(string connection, out LogLines log)
    {
        var services = new ServiceCollection();
        services.AddSingleton(NpgsqlDataSource.Create(connection));
        services.AddPooledDbContextFactory<SentinelDbContext>((s, options) => SentinelDataExtensions.Configure(options, s.GetRequiredService<NpgsqlDataSource>()));
        var lines = log = new LogLines();
        services.AddLogging(logging => logging.AddProvider(lines).AddFilter("Microsoft", LogLevel.None));
        return services.BuildServiceProvider();
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Enqueue(formatter(state, exception));
    }
}
