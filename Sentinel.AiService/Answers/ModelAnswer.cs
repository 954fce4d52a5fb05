using Sentinel.Contracts.Findings;

namespace Sentinel.AiService.Answers;

/// <summary>A model's answer in the promised form; nothing of it is checked against the code yet.</summary>
internal sealed record ModelAnswer(string Summary, string Impact, string Remediation, IReadOnlyList<ExplanationClaim> Claims);
