namespace Sentinel.Scanning.Policies;

/// <summary>Findings that somebody allowed. A finding is meant when everything that is given here fits it.</summary>
public sealed record PolicySuppression
{
    /// <summary>A rule's id.</summary>
    public required string Rule { get; init; }

    /// <summary>Where; null for everywhere.</summary>
    public Glob? Path { get; init; }

    /// <summary>64 hexadecimal digits of exactly one defect or value; null for any.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Why; never empty.</summary>
    public required string Reason { get; init; }

    /// <summary>The last day (UTC) on which it has effect; null when it has no end.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>Whether its last day is over.</summary>
    public bool IsExpired(DateOnly today) => Expires < today;

    /// <summary>
    /// Whether it allows a finding. A secret that its provider confirmed to be live is only allowed by its own fingerprint: whoever
    /// allowed a rule or a folder did not see that value.
    /// </summary>
    public bool Allows(GateFinding finding, DateOnly today) =>
        !IsExpired(today) && Rule == finding.RuleId && (Fingerprint is null ? !finding.IsLiveSecret : Fingerprint == finding.Fingerprint) && (Path is null || Path.IsMatch(finding.Path));
}
