using Sentinel.Contracts.Findings;

namespace Sentinel.Contracts.CustomRules;

/// <summary>A rule for secrets that an organisation defines for itself.</summary>
/// <param name="Id">Kebab-case with the prefix <c>custom-</c>, 10 to 64 characters; stable for ever.</param>
/// <param name="Title">1 to 100 characters.</param>
/// <param name="Keywords">1 to 20 words of 3 ASCII characters or more, in lower case; every match stands near one.</param>
/// <param name="Pattern">Linear-time regular expression whose group 1 is the secret; exactly one of this and <paramref name="Value"/>.</param>
/// <param name="Value">Linear-time regular expression of a whole token near a keyword.</param>
/// <param name="MinEntropy">Least bits per character, 0 to 8; null for none.</param>
/// <param name="Remediation">What to do about it; null for the general advice.</param>
/// <param name="Examples">1 to 20 texts in which it finds one secret; the secret is written as a placeholder such as <c>&lt;alnum:32&gt;</c>.</param>
/// <param name="NegativeExamples">1 to 20 texts in which it finds none.</param>
public sealed record CustomRuleDefinition(
    string Id, string Title, Severity Severity, Confidence Confidence, IReadOnlyList<string> Keywords, string? Pattern, string? Value, double? MinEntropy,
    string? Remediation, IReadOnlyList<string> Examples, IReadOnlyList<string> NegativeExamples);

/// <summary>Body of <c>POST /api/v1/custom-rules/check</c>.</summary>
/// <param name="Text">A text to try, at most 20,000 characters; neither stored nor logged. Null for none.</param>
public sealed record CheckCustomRuleRequest(CustomRuleDefinition Definition, string? Text);

/// <summary>What is wrong with a definition, and what it finds.</summary>
/// <param name="Faults">All of them, one line each; empty when it can be stored.</param>
/// <param name="Matches">What it finds in the text that was tried; empty when there are faults.</param>
public sealed record CustomRuleCheck(IReadOnlyList<string> Faults, IReadOnlyList<CustomRuleSample> Matches);

/// <summary>A row of the list.</summary>
/// <param name="ActiveVersion">Null when it takes part in no scan.</param>
/// <param name="LatestVersion">The newest version, 1 or more.</param>
public sealed record CustomRuleSummary(
    string Id, string Title, Severity Severity, Confidence Confidence, int? ActiveVersion, int LatestVersion, string ChangedBy, DateTimeOffset ChangedAt, int OpenFindings);

/// <summary>A rule with its versions, newest first, and the newest dry run of each.</summary>
public sealed record CustomRuleDetail(CustomRuleSummary Summary, IReadOnlyList<CustomRuleVersion> Versions);

/// <summary>A version; it never changes.</summary>
/// <param name="ActivatedAt">When it last became active; null when it never was.</param>
public sealed record CustomRuleVersion(
    int Version, CustomRuleDefinition Definition, string CreatedBy, DateTimeOffset CreatedAt, string? ActivatedBy, DateTimeOffset? ActivatedAt, DryRun? DryRun);

/// <summary>Progress of a dry run.</summary>
public enum DryRunStatus { Queued, Running, Done, Failed }

/// <summary>What a version would change, found by running it over the head of every repository.</summary>
/// <param name="Against">The version that was active then; null when none was.</param>
/// <param name="Added">Findings that would appear.</param>
/// <param name="Removed">Findings that would go.</param>
/// <param name="Repositories">Those with a difference, and those that could not be looked at whole.</param>
/// <param name="Detail">Why it failed, or what was not looked at; null when there is nothing to say.</param>
public sealed record DryRun(
    Guid Id, DryRunStatus Status, int? Against, int RepositoriesTotal, int RepositoriesDone, int Files, int Added, int Removed,
    string RequestedBy, DateTimeOffset RequestedAt, DateTimeOffset? CompletedAt, IReadOnlyList<DryRunRepository> Repositories, string? Detail);

/// <summary>What would change in one repository.</summary>
/// <param name="Samples">At most 50, of what would appear and of what would go.</param>
/// <param name="NotLookedAt">What could not be looked at; null when everything was.</param>
public sealed record DryRunRepository(Guid Id, string Name, int Added, int Removed, IReadOnlyList<CustomRuleSample> Samples, string? NotLookedAt);

/// <summary>A match with its value masked.</summary>
/// <param name="Added">False for one that would go.</param>
/// <param name="Line">1-based.</param>
public sealed record CustomRuleSample(bool Added, string Path, int Line, string Preview);
