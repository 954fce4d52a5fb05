using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Sentinel.Contracts.Liveness;
using Sentinel.Data;
using Sentinel.Data.Settings;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Worker.Liveness;

/// <summary>
/// Takes values that are due and asks about them. A value is taken by pushing its next check into the future: of several workers one
/// asks, and one that dies leaves it to the others.
/// </summary>
internal sealed partial class LivenessChecks(
    IDbContextFactory<SentinelDbContext> databases, BlobSecrets blobs, LivenessChecker checker, LivenessWriter writer, IOptions<LivenessOptions> options, TimeProvider time,
    ILogger<LivenessChecks> logger)
{
    private const int MostPlaces = 5;

    private static readonly TimeSpan TakenFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Postponed = TimeSpan.FromMinutes(1);

    /// <summary>Asks about values that stand in the code, as a scan saw them, unless an answer still counts. Returns whether the provider answered.</summary>
    public async Task<bool> CheckSeenAsync(LivenessDefinition provider, LeakedValue secret, CancellationToken cancellationToken)
    {
        using var request = RequestIdContext.Use(RequestIds.New());
        return await TakeAsync(provider, secret.Fingerprint, cancellationToken) && await AskAsync(provider, secret, await KeyAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Asks one provider about what is due; returns how often it answered.</summary>
    public async Task<int> CheckDueAsync(LivenessDefinition provider, CancellationToken cancellationToken)
    {
        await writer.SpreadAsync(provider, cancellationToken);
        if (checker.IsPaused(provider)) return 0;
        var answers = 0;
        var refused = false;
        foreach (var fingerprint in await TakeDueAsync(provider, cancellationToken))
        {
            using var request = RequestIdContext.Use(RequestIds.New());
            if (refused)
            {
                await PostponeAsync(provider, fingerprint, cancellationToken);
                continue;
            }
            var (secret, key, places) = await FindAsync(provider, fingerprint, cancellationToken);
            if (secret is null)
            {
                var why = places == 0 ? "no scan kept a place at which the value stands" : "the commits that hold the value could not be read";
                await writer.StoreAsync(provider, fingerprint, null, LivenessAnswer.NotAsked(provider, why), cancellationToken);
            }
            else if (await AskAsync(provider, secret, key, cancellationToken)) answers++;
            else refused = true;
        }
        return answers;
    }

    private async Task<bool> AskAsync(LivenessDefinition provider, LeakedValue secret, byte[] key, CancellationToken cancellationToken)
    {
        if (await checker.CheckAsync(provider, secret, cancellationToken) is not { } answer)
        {
            await PostponeAsync(provider, secret.Fingerprint, cancellationToken);
            return false;
        }
        var state = await writer.StoreAsync(provider, secret.Fingerprint, secret.PartsHash(provider.Parts, key), answer, cancellationToken);
        LogChecked(provider.Id, secret.Fingerprint, state);
        return true;
    }

    private async Task<bool> TakeAsync(LivenessDefinition provider, string fingerprint, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Database.ExecuteSqlAsync($"""
            insert into secret_liveness as l (provider_id, fingerprint, next_check_at, undecided) values ({provider.Id}, {fingerprint}, {now + TakenFor}, 0)
            on conflict (provider_id, fingerprint) do update set next_check_at = excluded.next_check_at where l.next_check_at <= {now}
            """, cancellationToken) == 1;
    }

    // Values never asked about have no row yet. A rotation that a person attested is asked about too: that is what proves or refutes it.
    private async Task<IReadOnlyList<string>> TakeDueAsync(LivenessDefinition provider, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var rules = provider.Rules.ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Database.SqlQuery<string>($"""
            with due as (
              select f.fingerprint from findings f
              where f.rule_id = any({rules}) and f.category = 'Secret'
                and (f.state in ('Open', 'Reopened', 'Removed') or (f.state = 'Fixed' and exists (
                  select 1 from secret_exposures e where e.finding_id = f.id and e.rotation = 'Attested')))
                and not exists (
                  select 1 from secret_liveness l
                  where l.provider_id = {provider.Id} and l.fingerprint = f.fingerprint and (l.next_check_at is null or l.next_check_at > {now}))
              group by f.fingerprint order by min(f.first_seen_at) limit {options.Value.Batch})
            insert into secret_liveness as l (provider_id, fingerprint, next_check_at, undecided)
            select {provider.Id}, fingerprint, {now + TakenFor}, 0 from due order by fingerprint
            on conflict (provider_id, fingerprint) do update set next_check_at = excluded.next_check_at where l.next_check_at <= {now}
            returning l.fingerprint as "Value"
            """).ToListAsync(cancellationToken);
    }

    // Present places first: a value that left the code may still be had from the commit that held it.
    private async Task<(LeakedValue? Secret, byte[] Key, int Places)> FindAsync(LivenessDefinition provider, string fingerprint, CancellationToken cancellationToken)
    {
        var key = await KeyAsync(cancellationToken);
        var rules = provider.Rules.ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var places = await (
            from finding in database.Findings.AsNoTracking()
            join instance in database.FindingInstances.AsNoTracking() on finding.Id equals instance.FindingId
            join repository in database.Repositories.AsNoTracking() on finding.RepositoryId equals repository.Id
            where finding.Fingerprint == fingerprint && rules.Contains(finding.RuleId) && instance.BlobSha != ""
            orderby instance.Present descending, instance.UpdatedAt descending
            select new { finding.RuleId, Instance = instance, Repository = repository }).Take(MostPlaces).ToListAsync(cancellationToken);
        LeakedValue? best = null;
        foreach (var place in places)
        {
            if (await blobs.ReadAsync(place.Repository, place.Instance, fingerprint, place.RuleId, key, cancellationToken) is not { } secret) continue;
            best ??= secret;
            if (provider.Parts.All(p => secret.Part(p) is not null)) return (secret, key, places.Count);
        }
        return (best, key, places.Count);
    }

    private async Task<byte[]> KeyAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Settings.AsNoTracking().Where(s => s.Key == Setting.FingerprintKey).Select(s => s.Value).SingleAsync(cancellationToken);
    }

    private async Task PostponeAsync(LivenessDefinition provider, string fingerprint, CancellationToken cancellationToken)
    {
        var next = time.GetUtcNow() + Postponed;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.SecretLiveness.Where(l => l.ProviderId == provider.Id && l.Fingerprint == fingerprint)
            .ExecuteUpdateAsync(l => l.SetProperty(x => x.NextCheckAt, next), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Provider} was asked about secret {Fingerprint}: {Liveness}")]
    private partial void LogChecked(string provider, string fingerprint, LivenessState liveness);
}
