namespace Sentinel.Scanning.Policies;

/// <summary>Applies a policy to a report of a scanner.</summary>
public static class PolicyFilter
{
    /// <summary>Moves what does not count to the suppressed findings, with the reason, and says what blocks.</summary>
    /// <param name="today">The day in UTC.</param>
    public static (ScanReport Report, GateVerdict Verdict) Apply(ScanReport report, PolicyReading policy, DateOnly today)
    {
        var verdict = PolicyEvaluation.Evaluate(policy.Policy, report.Findings.Select(GateFinding.Of), today, report.IsComplete, policy.Errors.Count > 0);
        var (kept, suppressed) = (new List<Finding>(report.Findings.Count), new List<Finding>(report.Suppressed));
        foreach (var (finding, decision) in report.Findings.Zip(verdict.Decisions))
        {
            if (SuppressionOf(decision, policy) is { } suppression) suppressed.Add(finding with { Suppression = suppression });
            else kept.Add(finding);
        }
        return (report with { Findings = kept, Suppressed = suppressed }, verdict);
    }

    private static Suppression? SuppressionOf(GateDecision decision, PolicyReading policy) => decision.Outcome switch
    {
        GateOutcome.Suppressed => new Suppression($"{policy.Path} suppressions", decision.Suppression!.Reason),
        GateOutcome.Excluded => new Suppression($"{policy.Path} paths", "The policy does not count findings here."),
        _ => null,
    };
}
