using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.CustomRules;
using Sentinel.Data;
using Sentinel.Data.CustomRules;
using Sentinel.Data.Repositories;
using Sentinel.Data.Settings;
using Sentinel.Scanning.Secrets;
using Sentinel.Worker.Scans;

namespace Sentinel.Worker.CustomRules;

/// <summary>Carries out dry runs, one at a time. A run belongs to a worker while its lease lasts; one that dies leaves it to the others.</summary>
internal sealed partial class DryRuns(
    IDbContextFactory<SentinelDbContext> databases, RepositoryTrial trial, IOptions<DryRunOptions> options, TimeProvider time, ILogger<DryRuns> logger) : BackgroundService
{
    private const int MaxAttempts = 3;
    private const int MaxListed = 200;

    /// <summary>Longer than one repository may take, so that a living worker keeps what it has.</summary>
    private TimeSpan Lease => options.Value.RepositoryLimit + TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await TakeAsync(stoppingToken) is { } run) await RunAsync(run, stoppingToken);
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                // Postgres away: the lease ends and the run is taken again.
                LogFault(ex);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(options.Value.Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<CustomRuleDryRun?> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return (await database.CustomRuleDryRuns.FromSql($"""
            update custom_rule_dry_runs set status = 'Running', lease_until = {now + Lease}, attempts = attempts + 1
            where id = (
              select id from custom_rule_dry_runs where status = 'Queued' or (status = 'Running' and lease_until < {now})
              order by requested_at limit 1 for update skip locked)
            returning *
            """).AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault();
    }

    private async Task RunAsync(CustomRuleDryRun run, CancellationToken cancellationToken)
    {
        if (run.Attempts > MaxAttempts)
        {
            await EndAsync(run, DryRunStatus.Failed, "Every worker that took this dry run disappeared before finishing it.", cancellationToken);
            return;
        }
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rule = await database.CustomRules.AsNoTracking().SingleAsync(r => r.Id == run.RuleId, cancellationToken);
        var versions = await database.CustomRuleVersions.AsNoTracking().Where(v => v.RuleId == run.RuleId).ToDictionaryAsync(v => v.Version, v => v.Definition, cancellationToken);
        var others = (await ScanEngines.DefinitionsAsync(database, cancellationToken)).Where(d => d.Id != run.RuleId).ToArray();
        var key = await database.Settings.AsNoTracking().Where(s => s.Key == Setting.FingerprintKey).Select(s => s.Value).SingleAsync(cancellationToken);
        RuleDifference difference;
        try
        {
            difference = new RuleDifference(others, rule.ActiveVersion is { } active ? versions[active] : null, versions[run.Version], key);
        }
        catch (SecretRuleException ex)
        {
            await EndAsync(run, DryRunStatus.Failed, ex.Message, cancellationToken);
            return;
        }
        var repositories = await database.Repositories.AsNoTracking()
            .Where(r => !r.Archived && r.Id != Repository.Heartbeat && r.LastScannedAt != null)
            .OrderByDescending(r => r.LastScannedAt).Take(options.Value.MaxRepositories).ToListAsync(cancellationToken);
        (run.Against, run.RepositoriesTotal, run.RepositoriesDone, run.Files, run.Added, run.Removed, run.Repositories) = (rule.ActiveVersion, repositories.Count, 0, 0, 0, 0, []);
        await OverAllAsync(run, repositories, difference, cancellationToken);
    }

    private async Task OverAllAsync(CustomRuleDryRun run, List<Repository> repositories, RuleDifference difference, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var listed = new List<DryRunRepository>();
        foreach (var repository in repositories)
        {
            if (time.GetElapsedTime(started) > options.Value.Limit) break;
            var (result, files) = await trial.RunAsync(repository, difference, cancellationToken);
            run.RepositoriesDone++;
            run.Files += files;
            run.Added += result.Added;
            run.Removed += result.Removed;
            if (result.Added + result.Removed > 0 || result.NotLookedAt is not null) listed.Add(result);
            run.Repositories = [.. listed.OrderByDescending(r => r.Added + r.Removed).Take(MaxListed)];
            if (!await SaveAsync(run, cancellationToken)) return;
        }
        var left = repositories.Count - run.RepositoriesDone;
        await EndAsync(
            run, DryRunStatus.Done, left > 0 ? $"{left} repositories were not reached within {options.Value.Limit.TotalMinutes:0} minutes (DryRun:Limit)." : null, cancellationToken);
        LogDone(run.RuleId, run.Version, run.Added, run.Removed, run.RepositoriesDone);
    }

    private async Task EndAsync(CustomRuleDryRun run, DryRunStatus status, string? detail, CancellationToken cancellationToken)
    {
        (run.Status, run.Detail, run.CompletedAt) = (status, detail is null ? null : PostgresText.Clean(detail, 2000), time.GetUtcNow());
        await SaveAsync(run, cancellationToken);
    }

    // False when another worker took the run over meanwhile: its attempt is a later one.
    private async Task<bool> SaveAsync(CustomRuleDryRun run, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var row = (await database.CustomRuleDryRuns
            .FromSql($"select * from custom_rule_dry_runs where id = {run.Id} and attempts = {run.Attempts} and status = 'Running' for update").ToListAsync(cancellationToken)).SingleOrDefault();
        if (row is null) return false;
        (row.Status, row.Against, row.RepositoriesTotal, row.RepositoriesDone, row.Files) = (run.Status, run.Against, run.RepositoriesTotal, run.RepositoriesDone, run.Files);
        (row.Added, row.Removed, row.Repositories, row.Detail, row.CompletedAt) = (run.Added, run.Removed, run.Repositories, run.Detail, run.CompletedAt);
        row.LeaseUntil = run.Status == DryRunStatus.Running ? time.GetUtcNow() + Lease : null;
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Dry run of {RuleId} version {Version}: {Added} would appear and {Removed} go in {Repositories} repositories")]
    private partial void LogDone(string ruleId, int version, int added, int removed, int repositories);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dry runs could not be carried out; trying again")]
    private partial void LogFault(Exception exception);
}
