namespace Sentinel.Contracts.Noise;

/// <summary>
/// What a rule says at the pull requests of a repository. <see cref="DashboardOnly"/>: it is rarely acted on there, and the comments leave
/// its findings out. <see cref="Always"/>: a person decided that it comments whatever the figures.
/// </summary>
public enum CommentState { Speaks, DashboardOnly, Always }

/// <summary>What became of what a rule told at the pull requests of a repository that ended within the last 90 days.</summary>
/// <param name="Told">Number of findings that were told, each once; those of which nobody can say whether they were acted on are counted here alone.</param>
/// <param name="ActedOn">Those that were gone from the code when the pull request ended, or whose secret was rotated.</param>
/// <param name="NotActedOn">Those that still stood in the last head that was scanned, and those that a person dismissed.</param>
/// <param name="Rate">Share of those that were acted on, 0 to 1; null when there are none of either kind.</param>
/// <param name="Minimum">The rate below which the rule stops commenting, 0 to 1, by the policy of the default branch; 0 for never.</param>
/// <param name="State">As the policy of the default branch has it: a pull request is judged by that of its merge base.</param>
/// <param name="LastEndedAt">When the last of these pull requests ended, so that the figures are as they are since then; null when there is none.</param>
/// <param name="AlwaysBy">Who decided that the rule always comments; null when the figures decide.</param>
/// <param name="AlwaysSince">When that was; null when the figures decide.</param>
public sealed record RuleNoise(
    Guid RepositoryId, string RepositoryName, string RuleId, int Told, int ActedOn, int NotActedOn, double? Rate, double Minimum, CommentState State,
    DateTimeOffset? LastEndedAt, string? AlwaysBy, DateTimeOffset? AlwaysSince);

/// <summary>Body of <c>POST /api/v1/noise/{id}</c>, the id being the repository's.</summary>
/// <param name="Always">Whether the rule always comments in this repository; false gives it back to the figures.</param>
public sealed record SetRuleCommentsRequest(string? RuleId, bool Always);
