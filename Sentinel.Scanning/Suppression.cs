namespace Sentinel.Scanning;

/// <summary>Why a defect that was found is not reported as one.</summary>
/// <param name="Source">What said so: a comment's words (<c>sentinel:allow</c>, <c>gitleaks:allow</c>), an allow-list, an ignore file, a baseline.</param>
/// <param name="Reason">What was given as reason; empty for none.</param>
public sealed record Suppression(string Source, string Reason);
