namespace Sentinel.Data.Noise;

/// <summary>What became of what a rule told at the pull requests of a repository that ended within <see cref="NoiseBudget.Window"/>.</summary>
/// <param name="Told">Number of findings that were told, each once; those of which nobody can say whether they were acted on are counted here alone.</param>
/// <param name="ActedOn">Those that were gone from the code when the pull request ended, or whose secret was rotated.</param>
/// <param name="NotActedOn">Those that still stood in the last head that was scanned, and those that a person dismissed.</param>
/// <param name="LastEndedAt">When the last of the pull requests ended; null when there is none.</param>
/// <param name="AlwaysBy">Who decided that the rule always comments; null when the figures decide.</param>
/// <param name="AlwaysSince">When that was; null when the figures decide.</param>
public sealed record RuleFigures(
    Guid RepositoryId, string RuleId, int Told, int ActedOn, int NotActedOn, DateTimeOffset? LastEndedAt, string? AlwaysBy, DateTimeOffset? AlwaysSince)
{
    public int Settled => ActedOn + NotActedOn;

    public bool Always => AlwaysSince is not null;
}
