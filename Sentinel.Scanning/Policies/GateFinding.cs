namespace Sentinel.Scanning.Policies;

/// <summary>Where a finding comes from, as a change sees it.</summary>
public enum FindingOrigin
{
    /// <summary>The change brings it.</summary>
    Introduced,

    /// <summary>It was there before the change.</summary>
    Before,

    /// <summary>It was there before, and a rule or an advisory that came since tells it.</summary>
    Since,
}

/// <summary>What a policy looks at in a finding.</summary>
public sealed record GateFinding
{
    /// <summary>The rule's id.</summary>
    public required string RuleId { get; init; }

    /// <summary>Path from the root of the repository with <c>/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>64 hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>How bad if true.</summary>
    public required Severity Severity { get; init; }

    /// <summary>How sure.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>Where it comes from; a scan that cannot tell says <see cref="FindingOrigin.Introduced"/>.</summary>
    public FindingOrigin Origin { get; init; } = FindingOrigin.Introduced;

    /// <summary>Whether it is a secret that its provider confirmed to be live.</summary>
    public bool IsLiveSecret { get; init; }

    /// <summary>A scanner's finding that the change brings, or of which nothing else is known.</summary>
    public static GateFinding Of(Finding finding) => new()
    {
        RuleId = finding.RuleId,
        Path = finding.Location.Path,
        Fingerprint = finding.FingerprintHash,
        Severity = finding.Severity,
        Confidence = finding.Confidence,
    };
}
