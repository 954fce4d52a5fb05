using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Live;
using Sentinel.Contracts.Liveness;
using Sentinel.Data;
using Sentinel.Data.Audit;
using Sentinel.Data.Queue;
using Sentinel.ServiceDefaults.Requests;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Worker.Liveness;

/// <summary>Stores what a provider said: for the value, for every finding of it, and in the audit log, all or nothing.</summary>
internal sealed class LivenessWriter(
    IDbContextFactory<SentinelDbContext> databases, ISecretRotation rotation, IScanProgressBus bus, IOptions<LivenessOptions> options, TimeProvider time)
{
    private const string Actor = "sentinel";
    private const int SpreadAtOnce = 500;

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    /// <param name="partsHash">Of the value with what was sent beside it; null when nothing was.</param>
    /// <returns>The state that counts, which may be less than what the answer says.</returns>
    public async Task<LivenessState> StoreAsync(
        LivenessDefinition provider, string fingerprint, string? partsHash, LivenessAnswer answer, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync(
            $"insert into secret_liveness (provider_id, fingerprint, undecided) values ({provider.Id}, {fingerprint}, 0) on conflict do nothing", cancellationToken);
        var row = await database.SecretLiveness
            .FromSql($"select * from secret_liveness where provider_id = {provider.Id} and fingerprint = {fingerprint} for update").SingleAsync(cancellationToken);
        var counted = Counted(row, answer, partsHash);
        Describe(row, counted, partsHash);

        var findings = await database.Findings.FromSql($"select * from findings where fingerprint = {fingerprint} order by id for update").ToListAsync(cancellationToken);
        foreach (var finding in findings.Where(f => provider.Rules.Contains(f.RuleId)))
        {
            await ApplyAsync(database, finding, counted, cancellationToken);
            if (!counted.Asked) continue;
            database.AuditLog.Add(new AuditEntry
            {
                At = time.GetUtcNow(),
                Actor = Actor,
                Action = "secret.liveness-checked",
                SubjectType = "finding",
                SubjectId = finding.Id.ToString(),
                RequestId = RequestIdContext.Current,
                Detail = JsonSerializer.Serialize(new { provider = provider.Id, outcome = counted.State }, SentinelJson.Options),
            });
        }
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        foreach (var finding in findings)
            await bus.PublishAsync(new LiveEvent("findings.changed", time.GetUtcNow(), finding.RepositoryId, null, finding.Id, null), cancellationToken);
        return counted.State;
    }

    /// <summary>Tells findings that appeared after their value was asked about, such as those of another repository. Returns how many.</summary>
    public async Task<int> SpreadAsync(LivenessDefinition provider, CancellationToken cancellationToken)
    {
        var rules = provider.Rules.ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var findings = await database.Findings.FromSql($"""
            select f.* from findings f join secret_liveness l on l.fingerprint = f.fingerprint and l.provider_id = {provider.Id}
            where f.rule_id = any({rules}) and f.liveness is null and l.state in ('Live', 'Dead') order by f.id limit {SpreadAtOnce} for update of f skip locked
            """).ToListAsync(cancellationToken);
        if (findings.Count == 0) return 0;
        var fingerprints = findings.Select(f => f.Fingerprint).Distinct().ToArray();
        var known = await database.SecretLiveness.AsNoTracking().Where(l => l.ProviderId == provider.Id && fingerprints.Contains(l.Fingerprint))
            .ToDictionaryAsync(l => l.Fingerprint, cancellationToken);
        foreach (var finding in findings)
        {
            if (known[finding.Fingerprint] is { State: { } state, Evidence: { } evidence }) await ApplyAsync(database, finding, new LivenessAnswer(state, evidence), cancellationToken);
        }
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return findings.Count;
    }

    // A refusal that others get too proves the end only of what was seen to work before, sent with the very same parts.
    private static LivenessAnswer Counted(Data.Liveness.SecretLiveness row, LivenessAnswer answer, string? partsHash) =>
        answer is { State: LivenessState.Dead, AfterLive: true } && (row.LastLiveAt is null || row.PartsHash != partsHash)
            ? answer with { State = LivenessState.Unknown, Evidence = $"{answer.Evidence}; that may also mean another region, server or account, as the value was never seen to work here" }
            : answer;

    private void Describe(Data.Liveness.SecretLiveness row, LivenessAnswer answer, string? partsHash)
    {
        var now = time.GetUtcNow();
        (row.State, row.Evidence, row.CheckedAt, row.PartsHash) = (answer.State, answer.Evidence, now, partsHash);
        row.Undecided = answer.State == LivenessState.Unknown ? row.Undecided + 1 : 0;
        if (answer.State == LivenessState.Live) row.LastLiveAt = now;
        row.NextCheckAt = answer.State switch
        {
            LivenessState.Dead => null,
            LivenessState.Live => now + options.Value.LiveFor,
            _ => now + Longer(answer.RetryAfter ?? TimeSpan.Zero, Wait(row.Undecided)),
        };
    }

    private TimeSpan Wait(int undecided)
    {
        var wait = options.Value.UnknownFor * Math.Pow(2, Math.Min(undecided, 10) - 1);
        return wait < LongestWait ? wait : LongestWait;
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private async Task ApplyAsync(SentinelDbContext database, Finding finding, LivenessAnswer answer, CancellationToken cancellationToken)
    {
        switch (answer.State)
        {
            case LivenessState.Live:
                finding.Confidence = Confidence.High;
                await rotation.ProveLiveAsync(database, finding, answer.Evidence, cancellationToken);
                break;
            case LivenessState.Dead:
                await rotation.ProveDeadAsync(database, finding, answer.Evidence, cancellationToken);
                break;
            case LivenessState.Unknown when finding.Liveness is not null || !answer.Asked:
                // One failed question does not unsay what was proved before.
                return;
            default:
                break;
        }
        finding.Liveness = answer.State;
    }
}
