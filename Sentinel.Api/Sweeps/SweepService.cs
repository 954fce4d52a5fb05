using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Sentinel.Data;
using Sentinel.Data.Sweeps;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;

namespace Sentinel.Api.Sweeps;

/// <summary>Runs the sweeps on time, each by one process at a time, and keeps what they did.</summary>
internal sealed partial class SweepService(
    RedeliverySweep redelivery, ReconciliationSweep reconciliation, GitHubClients clients, NpgsqlDataSource dataSource, IDbContextFactory<SentinelDbContext> databases,
    IOptions<SweepOptions> options, TimeProvider time, ILogger<SweepService> logger) : BackgroundService
{
    private const int MaxError = 500;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    // Several processes that start together need one look.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    /// <summary>Runs a sweep unless another process is at it or has just done it.</summary>
    /// <param name="notSince">A sweep that began within this time makes another pointless.</param>
    /// <returns>What it did; null when it did not run.</returns>
    public async Task<Sweep?> RunAsync(SweepKind kind, TimeSpan notSince, CancellationToken cancellationToken)
    {
        if (!await clients.HasAppAsync(cancellationToken)) return null;
        // Held by the connection: it goes with the process, whatever becomes of that.
        await using var holder = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await LockAsync(holder, "pg_try_advisory_lock", kind, cancellationToken)) return null;
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            var now = time.GetUtcNow();
            if (await database.Sweeps.AnyAsync(s => s.Kind == kind && s.StartedAt > now - notSince, cancellationToken)) return null;
            await database.Sweeps.Where(s => s.StartedAt < now - Kept).ExecuteDeleteAsync(cancellationToken);
            var sweep = new Sweep { Kind = kind, StartedAt = now };
            database.Sweeps.Add(sweep);
            await database.SaveChangesAsync(cancellationToken);

            var result = await SweepAsync(kind, cancellationToken);
            (sweep.Looked, sweep.Repaired, sweep.GivenUp, sweep.Error, sweep.CompletedAt) = (result.Looked, result.Repaired, result.GivenUp, result.Error, time.GetUtcNow());
            await database.SaveChangesAsync(cancellationToken);
            return sweep;
        }
        finally
        {
            await LockAsync(holder, "pg_advisory_unlock", kind, CancellationToken.None);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled) return;
        await Task.Delay(options.Value.FirstAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // What came while nobody listened is asked for at once.
        var pause = Recent;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(SweepKind.Redelivery, pause, stoppingToken);
                pause = options.Value.RedeliveryPeriod;
                await RunAsync(SweepKind.Reconciliation, options.Value.ReconciliationPeriod, stoppingToken);
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Postgres away: its own health check says so.
                LogFailed(ex.GetType().Name);
            }
            await Task.Delay(Step, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<SweepResult> SweepAsync(SweepKind kind, CancellationToken cancellationToken)
    {
        try
        {
            return await (kind == SweepKind.Redelivery ? redelivery.RunAsync(cancellationToken) : reconciliation.RunAsync(cancellationToken));
        }
        catch (GitHubException ex)
        {
            LogGitHub(kind, ex.Message);
            return new SweepResult(0, 0, 0, ex.Message.Length > MaxError ? ex.Message[..MaxError] : ex.Message);
        }
    }

    private static async Task<bool> LockAsync(NpgsqlConnection connection, string function, SweepKind kind, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {function}(hashtextextended('sweep:' || $1, 0))", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = kind.ToString() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} sweep ended early: {Reason}")]
    private partial void LogGitHub(SweepKind kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sweep could not run ({Fault}); the next round tries again")]
    private partial void LogFailed(string fault);
}
