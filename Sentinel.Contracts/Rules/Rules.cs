using Sentinel.Contracts.Findings;

namespace Sentinel.Contracts.Rules;

/// <summary>A rule of the active rule pack.</summary>
/// <param name="OpenFindings">Open findings of this rule in all repositories.</param>
public sealed record RuleSummary(
    string Id, string Title, FindingCategory Category, Severity Severity, Confidence Confidence, int? Cwe, string AnalyzerId,
    string Description, string Remediation, IReadOnlyList<string> References, int OpenFindings);
