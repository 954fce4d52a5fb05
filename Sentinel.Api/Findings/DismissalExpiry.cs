using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Live;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.ServiceDefaults.Requests;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Api.Findings;

/// <summary>Takes dismissals back when their time is over. Any number of instances may run it: each row is taken by one of them.</summary>
internal sealed partial class DismissalExpiry(
    IDbContextFactory<SentinelDbContext> databases, FindingDecisions decisions, LiveUpdates live, TimeProvider time, ILogger<DismissalExpiry> logger) : BackgroundService
{
    private const int Batch = 100;
    private const string Actor = "sentinel";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>One round; returns how many dismissals ended.</summary>
    public async Task<int> ExpireAsync(CancellationToken cancellationToken)
    {
        using var request = RequestIdContext.Use(RequestIds.New());
        var ended = 0;
        while (true)
        {
            var batch = await ExpireBatchAsync(cancellationToken);
            ended += batch;
            if (batch < Batch) return ended;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var ended = await ExpireAsync(stoppingToken);
                if (ended > 0) LogEnded(ended);
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Postgres away: the next round tries again.
                LogFailed(ex.GetType().Name);
            }
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> ExpireBatchAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var expired = await database.Findings.FromSql($"""
            select * from findings where dismiss_expires_at <= {time.GetUtcNow()} and state = {nameof(FindingState.Dismissed)}
            order by dismiss_expires_at limit {Batch} for update skip locked
            """).ToListAsync(cancellationToken);
        var ids = expired.Select(f => f.Id).ToArray();
        var present = await database.FindingInstances.Where(i => ids.Contains(i.FindingId) && i.Present).Select(i => i.FindingId).ToHashSetAsync(cancellationToken);
        foreach (var finding in expired)
        {
            var (detail, cause) = finding.DismissedBy == Finding.Policy ? ("The suppression ended.", FindingCause.Configuration) : ("The dismissal expired.", FindingCause.Person);
            decisions.Undismiss(database, finding, present.Contains(finding.Id), Actor, detail, cause);
        }
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var finding in expired) await live.FindingChangedAsync(finding.RepositoryId, finding.Id);
        return expired.Count;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Findings} dismissals expired")]
    private partial void LogEnded(int findings);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired dismissals could not be looked for ({Fault}); the next round tries again")]
    private partial void LogFailed(string fault);
}
