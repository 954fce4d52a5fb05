namespace Sentinel.Contracts.Audit;

/// <summary>One change of state: who did what to what.</summary>
/// <param name="Action">Stable code such as <c>finding.dismissed</c> or <c>scan.requested</c>.</param>
public sealed record AuditEntry(
    Guid Id, DateTimeOffset At, string Actor, string Action, string SubjectType, string SubjectId, string? RequestId, string? Detail);
