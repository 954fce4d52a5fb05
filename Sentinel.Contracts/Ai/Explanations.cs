using Sentinel.Contracts.Findings;

namespace Sentinel.Contracts.Ai;

/// <summary>Body of <c>POST /v1/explanations</c> of the AI service.</summary>
/// <param name="Guidance">The rule's own text: the answer when no model can give a better one.</param>
/// <param name="Snippet">Redacted code around the finding; may be empty.</param>
/// <param name="SnippetStartLine">1-based line number of the snippet's first line.</param>
public sealed record ExplanationRequest(
    Guid FindingId, Guid RepositoryId, string RuleId, string RuleTitle, FindingCategory Category, Severity Severity, Confidence Confidence,
    int? Cwe, string Message, string Path, int StartLine, int EndLine, string Snippet, int SnippetStartLine, RuleGuidance Guidance);

/// <summary>An explanation whose every claim was checked against the snippet.</summary>
/// <param name="Reason">Stable code why guidance is given: no-key, timeout, unavailable, budget, unusable-answer, no-evidence, policy; null for a model's answer.</param>
/// <param name="CostUsd">US dollars, 0 for guidance and for answers from the cache.</param>
public sealed record ExplanationResponse(
    ExplanationSource Source, string? Model, string Summary, string Impact, string Remediation, IReadOnlyList<ExplanationClaim> Claims,
    int DroppedClaims, string? Reason, int InputTokens, int OutputTokens, decimal CostUsd, bool Cached, string ContentHash);
