using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.CustomRules;
using Sentinel.Data;
using Sentinel.Data.CustomRules;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Sentinel.Worker.Exposure;

namespace Sentinel.Worker.Scans;

/// <summary>The engine with the rules that are active now: those that come with Sentinel and the organisation's own.</summary>
/// <param name="analyzers">The table of analyzers for a set of secret rules.</param>
internal sealed class ScanEngines(IDbContextFactory<SentinelDbContext> databases, Func<SecretRuleSet, IReadOnlyList<IFileAnalyzer>> analyzers)
{
    private volatile Current? _current;

    /// <summary>Asked at the beginning of each scan; a new engine is made only when a rule was activated or taken out.</summary>
    /// <exception cref="SecretRuleException">An active rule cannot be used; it names the rule. Scanning without it would look as if its findings were gone.</exception>
    public async Task<ScanRules> CurrentAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var active = await (
            from rule in database.CustomRules.AsNoTracking()
            where rule.ActiveVersion != null
            orderby rule.Id
            select new { rule.Id, Version = rule.ActiveVersion!.Value }).ToListAsync(cancellationToken);
        var key = string.Join(';', active.Select(a => $"{a.Id}@{a.Version}"));
        if (_current is { } current && current.Key == key) return current.Rules;

        var table = analyzers(SetOf(await DefinitionsAsync(database, cancellationToken)));
        var made = new ScanRules(new ScanEngine(table), new SecretEngine(table));
        _current = new Current(key, made);
        return made;
    }

    /// <summary>The active definitions of all custom rules, sorted by id.</summary>
    public static Task<List<CustomRuleDefinition>> DefinitionsAsync(SentinelDbContext database, CancellationToken cancellationToken) => (
        from rule in database.CustomRules.AsNoTracking()
        join version in database.CustomRuleVersions.AsNoTracking() on rule.Id equals version.RuleId
        where version.Version == rule.ActiveVersion
        orderby rule.Id
        select version.Definition).ToListAsync(cancellationToken);

    /// <summary>The rules that come with Sentinel, and these.</summary>
    public static SecretRuleSet SetOf(IReadOnlyList<CustomRuleDefinition> definitions) =>
        definitions.Count == 0 ? SecretRuleSet.BuiltIn : SecretRuleSet.BuiltIn.With(definitions.Select(CustomRuleFile.Of));

    private sealed record Current(string Key, ScanRules Rules);
}

/// <summary>The rules of one scan, which stay the same until it ends.</summary>
/// <param name="Engine">All of them.</param>
/// <param name="Secrets">Those for secrets, for what commits brought.</param>
internal sealed record ScanRules(ScanEngine Engine, SecretEngine Secrets);
