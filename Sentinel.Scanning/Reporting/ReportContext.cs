namespace Sentinel.Scanning.Reporting;

/// <summary>What a report says beside its findings.</summary>
public sealed record ReportContext
{
    /// <summary>Version of the tool, for instance <c>0.1.0</c>.</summary>
    public string ToolVersion { get; init; } = "0.0.0";

    /// <summary>Whether the reader is a terminal that shows colours.</summary>
    public bool Color { get; init; }

    /// <summary>The walked history; null for a scan of files.</summary>
    public HistorySummary? History { get; init; }

    /// <summary>Sentences about what was left out, what is stale, what was cut.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Tells this analysis from others of one commit, as SARIF's <c>automationDetails</c>; null for none.</summary>
    public string? Category { get; init; }

    /// <summary>16 hexadecimal digits that tell fingerprint keys apart; null leaves it out.</summary>
    public string? KeyId { get; init; }

    /// <summary>Looks a rule up; null for one that is not known. Default: the rules that come with Sentinel.</summary>
    public Func<string, RuleDescriptor?> Rule { get; init; } = RuleCatalog.Find;
}

/// <summary>Which part of a history was read.</summary>
/// <param name="Range">For people: <c>all refs</c>, <c>main..HEAD</c>.</param>
/// <param name="Contents">Distinct file contents.</param>
/// <param name="IsShallow">Whether the clone's history is cut, so that older commits were not seen.</param>
/// <param name="IsPartial">Whether the clone lacks contents that only its remote has.</param>
public sealed record HistorySummary(string Range, int Commits, int Contents, bool IsShallow, bool IsPartial);
