using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Data.Liveness;

namespace Sentinel.Worker.Liveness;

/// <summary>Which providers may be asked, as administrators decided; and tells the dashboard which there are.</summary>
internal sealed class EnabledProviders(IDbContextFactory<SentinelDbContext> databases, EgressGuard guard, TimeProvider time)
{
    /// <summary>Providers that are switched on here and not blocked by this worker's configuration.</summary>
    public async Task<IReadOnlyList<LivenessDefinition>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var enabled = await database.LivenessProviders.AsNoTracking().Where(p => p.Enabled).Select(p => p.Id).ToHashSetAsync(cancellationToken);
        return enabled.Count == 0 ? [] : [.. LivenessProviders.All.Where(d => enabled.Contains(d.Id) && guard.AddressOf(d).Refusal is null)];
    }

    /// <summary>Brings the table up to what this worker can do. Nothing is ever switched on by it.</summary>
    public async Task DescribeAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('liveness-providers', 0))", cancellationToken);
        var known = await database.LivenessProviders.ToDictionaryAsync(p => p.Id, cancellationToken);
        foreach (var definition in LivenessProviders.All)
        {
            var (address, refusal) = guard.AddressOf(definition);
            var host = address?.Authority ?? definition.Host ?? "";
            if (!known.TryGetValue(definition.Id, out var row))
            {
                row = new LivenessProvider { Id = definition.Id, Name = "", Host = "", Request = "", Documentation = "", RuleIds = [], UpdatedAt = time.GetUtcNow() };
                database.LivenessProviders.Add(row);
            }
            (row.Name, row.Host, row.Request, row.Documentation) = (definition.Name, host, definition.Describe(host.Length > 0 ? host : "<your server>"), definition.Docs);
            (row.Blocked, row.UpdatedAt) = (refusal, time.GetUtcNow());
            if (!row.RuleIds.SequenceEqual(definition.Rules)) row.RuleIds = [.. definition.Rules];
        }
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
