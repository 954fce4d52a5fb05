using Sentinel.Contracts.Liveness;

namespace Sentinel.Contracts.Findings;

/// <summary>A row of the findings list.</summary>
/// <param name="StartLine">1-based line of the primary location.</param>
/// <param name="MaskedPreview">For secrets: a few characters of the value, the rest masked; null otherwise.</param>
/// <param name="MinutesExposed">For secrets: how long the value was, or is, within reach of others; null otherwise.</param>
/// <param name="Liveness">For secrets: what the provider said last; null when it was not asked.</param>
public sealed record FindingSummary(
    Guid Id, Guid RepositoryId, string RepositoryName, string RuleId, FindingCategory Category, Severity Severity,
    Confidence Confidence, FindingState State, string Title, string Path, int StartLine, string? MaskedPreview,
    DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, long? MinutesExposed = null, LivenessState? Liveness = null);

/// <summary>A finding with its evidence.</summary>
/// <param name="Snippet">A few lines around the location with secrets masked; empty when none could be kept.</param>
/// <param name="SnippetStartLine">1-based line number of the snippet's first line.</param>
/// <param name="AnalyzerIds">The analyzers that report this defect, at least one.</param>
/// <param name="Instances">One entry per ref that holds, or held, the finding.</param>
/// <param name="Exposure">For secrets; null otherwise.</param>
/// <param name="Liveness">For secrets whose provider can be asked; null otherwise.</param>
public sealed record FindingDetail(
    Guid Id, Guid RepositoryId, string RepositoryName, string RuleId, string RuleTitle, IReadOnlyList<string> AnalyzerIds,
    FindingCategory Category, Severity Severity, Confidence Confidence, int? Cwe, FindingState State, string Title, string Message,
    string Path, int StartLine, int StartColumn, int EndLine, int EndColumn, string Snippet, int SnippetStartLine,
    string? MaskedPreview, string Fingerprint, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, DateTimeOffset? ClosedAt,
    string? FirstCommit, Guid LastScanId, Dismissal? Dismissal, IReadOnlyList<FindingInstance> Instances,
    IReadOnlyList<FindingEvent> Events, RuleGuidance Guidance, Explanation? Explanation, SecretExposure? Exposure = null, SecretLiveness? Liveness = null);

/// <summary>Who dismissed a finding and why.</summary>
/// <param name="ExpiresAt">When the finding opens again; null means never.</param>
public sealed record Dismissal(DismissReason Reason, string Justification, string By, DateTimeOffset At, DateTimeOffset? ExpiresAt);

/// <summary>The finding on one ref.</summary>
/// <param name="Present">False when the newest scan of the ref no longer finds it.</param>
/// <param name="Places">Every place on the ref; more than one for a secret that stands in several files.</param>
/// <param name="Fix">Mends it at the first of its places, in <paramref name="CommitSha"/>; null when no fix was proved.</param>
public sealed record FindingInstance(string Ref, string CommitSha, bool Present, Guid ScanId, IReadOnlyList<Place> Places, ProvedFix? Fix = null);

/// <summary>A span of a file; lines and columns are 1-based, the end is exclusive in columns.</summary>
public sealed record Place(string Path, int StartLine, int StartColumn, int EndLine, int EndColumn);

/// <summary>One transition of a finding with its one cause.</summary>
/// <param name="FromState">Null for the first event.</param>
public sealed record FindingEvent(
    Guid Id, DateTimeOffset At, FindingEventKind Kind, FindingState? FromState, FindingState ToState, FindingCause Cause,
    string? CommitSha, string? Ref, Guid? ScanId, string? RequestId, string? Actor, string? Detail);

/// <summary>What the rule itself says; always there, with or without AI.</summary>
public sealed record RuleGuidance(string Description, string Remediation, IReadOnlyList<string> References);

/// <summary>An explanation of a finding.</summary>
/// <param name="Reason">Why guidance is shown instead of a model's answer; null for a model's answer.</param>
/// <param name="DroppedClaims">Claims removed because their quote is not in the code.</param>
public sealed record Explanation(
    Guid Id, ExplanationSource Source, ExplanationStatus Status, string? Model, string Summary, string Impact, string Remediation,
    IReadOnlyList<ExplanationClaim> Claims, int DroppedClaims, string? Reason, string RequestId,
    DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt);

/// <summary>One statement with the code that proves it.</summary>
/// <param name="Quote">Verbatim text that stands at <paramref name="Path"/>:<paramref name="Line"/>.</param>
public sealed record ExplanationClaim(string Text, string Path, int Line, string Quote);

/// <summary>Body of <c>POST /api/v1/findings/{id}/dismiss</c>.</summary>
/// <param name="Justification">1 to 2,000 characters.</param>
/// <param name="ExpiresAt">In the future, or null for no expiry.</param>
public sealed record DismissRequest(DismissReason Reason, string Justification, DateTimeOffset? ExpiresAt);

/// <summary>Body of <c>POST /api/v1/findings/{id}/reopen</c>.</summary>
/// <param name="Justification">1 to 2,000 characters.</param>
public sealed record ReopenRequest(string Justification);

/// <summary>Filters of <c>GET /api/v1/findings</c>; null or empty means no restriction.</summary>
public sealed record FindingQuery
{
    /// <summary>Any of these states.</summary>
    public IReadOnlyList<FindingState>? State { get; init; }

    /// <summary>Any of these severities.</summary>
    public IReadOnlyList<Severity>? Severity { get; init; }

    /// <summary>Any of these categories.</summary>
    public IReadOnlyList<FindingCategory>? Category { get; init; }

    /// <summary>One repository.</summary>
    public Guid? RepositoryId { get; init; }

    /// <summary>One rule.</summary>
    public string? RuleId { get; init; }

    /// <summary>Findings that a scan opened or closed.</summary>
    public Guid? ScanId { get; init; }

    /// <summary>Text contained in title or path, at most 200 characters.</summary>
    public string? Q { get; init; }

    /// <summary>Cursor of the previous page.</summary>
    public string? After { get; init; }

    /// <summary>Items per page, 1 to 200; 50 when null.</summary>
    public int? Limit { get; init; }
}
