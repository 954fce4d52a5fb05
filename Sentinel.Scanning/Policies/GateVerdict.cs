namespace Sentinel.Scanning.Policies;

/// <summary>How a check ends.</summary>
public enum GateConclusion
{
    /// <summary>Everything was looked at and nothing counts.</summary>
    Success,

    /// <summary>Nothing blocks, but something counts, or not everything was looked at, or the policy has errors.</summary>
    Neutral,

    /// <summary>Something blocks.</summary>
    Failure,
}

/// <summary>What a policy makes of a finding.</summary>
public enum GateOutcome
{
    /// <summary>It makes the check fail.</summary>
    Blocking,

    /// <summary>It counts, but is below a threshold.</summary>
    Reported,

    /// <summary>It does not count: the change did not bring it.</summary>
    NotNew,

    /// <summary>It does not count: a suppression allows it.</summary>
    Suppressed,

    /// <summary>It does not count where it is.</summary>
    Excluded,
}

/// <summary>What a policy makes of one finding.</summary>
/// <param name="Suppression">What allows it; null unless <see cref="GateOutcome.Suppressed"/>.</param>
public sealed record GateDecision(GateFinding Finding, GateOutcome Outcome, PolicySuppression? Suppression = null);

/// <summary>What a policy makes of a scan.</summary>
public sealed record GateVerdict
{
    /// <summary>How the check ends.</summary>
    public required GateConclusion Conclusion { get; init; }

    /// <summary>One for each finding, in their order.</summary>
    public required IReadOnlyList<GateDecision> Decisions { get; init; }

    /// <summary>Suppressions whose last day is over: they have no effect, and somebody should know.</summary>
    public required IReadOnlyList<PolicySuppression> Expired { get; init; }

    /// <summary>Suppressions in effect that fit no finding.</summary>
    public required IReadOnlyList<PolicySuppression> Unused { get; init; }

    /// <summary>What makes the check fail.</summary>
    public IEnumerable<GateFinding> Blocking => Of(GateOutcome.Blocking);

    /// <summary>Findings with this outcome, in their order.</summary>
    public IEnumerable<GateFinding> Of(GateOutcome outcome) => Decisions.Where(d => d.Outcome == outcome).Select(d => d.Finding);
}
