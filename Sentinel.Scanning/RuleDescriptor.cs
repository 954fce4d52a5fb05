namespace Sentinel.Scanning;

/// <summary>What a rule looks for and what to do about it.</summary>
public sealed record RuleDescriptor
{
    /// <summary>Kebab-case, stable for ever, states the defect.</summary>
    public required string Id { get; init; }

    /// <summary>A few words.</summary>
    public required string Title { get; init; }

    /// <summary>Kind of defect.</summary>
    public required FindingCategory Category { get; init; }

    /// <summary>The analyzer that runs the rule.</summary>
    public required string AnalyzerId { get; init; }

    /// <summary>How bad if true.</summary>
    public required Severity Severity { get; init; }

    /// <summary>How sure.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>Weakness number of https://cwe.mitre.org; null when none fits.</summary>
    public int? Cwe { get; init; }

    /// <summary>Why it matters: what an attacker can do.</summary>
    public required string Description { get; init; }

    /// <summary>What to do, step by step.</summary>
    public required string Remediation { get; init; }

    /// <summary>Vendor's or standard's pages, at least one.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>Inputs in which the rule finds exactly one defect.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>Inputs in which it finds none, though they look alike.</summary>
    public required IReadOnlyList<string> NegativeExamples { get; init; }
}
