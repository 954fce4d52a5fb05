namespace Sentinel.Scanning.Policies;

/// <summary>Applies a policy to findings.</summary>
public static class PolicyEvaluation
{
    /// <summary>What a policy makes of a scan.</summary>
    /// <param name="today">The day in UTC, for suppressions that expire.</param>
    /// <param name="isComplete">Whether the scan looked at everything: what was not looked at is never a success.</param>
    /// <param name="hasErrors">Whether the policy file has errors: nobody knows then what its author wanted.</param>
    public static GateVerdict Evaluate(RepositoryPolicy policy, IEnumerable<GateFinding> findings, DateOnly today, bool isComplete = true, bool hasErrors = false)
    {
        var decisions = findings.Select(f => Decide(policy, f, today)).ToArray();
        var used = decisions.Select(d => d.Suppression).OfType<PolicySuppression>().ToHashSet(ReferenceEqualityComparer.Instance);
        return new GateVerdict
        {
            Conclusion = decisions.Any(d => d.Outcome == GateOutcome.Blocking) ? GateConclusion.Failure
                : hasErrors || !isComplete || decisions.Any(d => d.Outcome == GateOutcome.Reported) ? GateConclusion.Neutral
                : GateConclusion.Success,
            Decisions = decisions,
            Expired = [.. policy.Suppressions.Where(s => s.IsExpired(today))],
            Unused = [.. policy.Suppressions.Where(s => !s.IsExpired(today) && !used.Contains(s))],
        };
    }

    /// <summary>What a policy makes of one finding.</summary>
    /// <param name="today">The day in UTC.</param>
    public static GateDecision Decide(RepositoryPolicy policy, GateFinding finding, DateOnly today)
    {
        if (finding.RuleId != PolicyLoosened.RuleId)
        {
            if (policy.Suppressions.FirstOrDefault(s => s.Allows(finding, today)) is { } suppression) return new GateDecision(finding, GateOutcome.Suppressed, suppression);
            // Whoever left a folder out did not know of a key in it that opens something.
            if (!finding.IsLiveSecret && !policy.Paths.Counts(finding.Path)) return new GateDecision(finding, GateOutcome.Excluded);
        }
        if (policy.Gate.OnlyNew && finding.Origin != FindingOrigin.Introduced) return new GateDecision(finding, GateOutcome.NotNew);
        return new GateDecision(finding, Blocks(policy.Gate, finding) ? GateOutcome.Blocking : GateOutcome.Reported);
    }

    // A weaker gate needs a person whatever the threshold, or the next change would pass it.
    private static bool Blocks(PolicyGate gate, GateFinding finding) =>
        gate.Severity is { } severity && (finding.RuleId == PolicyLoosened.RuleId || (finding.Severity >= severity && finding.Confidence >= gate.Confidence));
}
