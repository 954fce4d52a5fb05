using System.Text.Json.Serialization;

namespace Sentinel.Scanning.Imports;

/// <summary>What another tool said of one commit, reduced to what Sentinel keeps: no code, no secret.</summary>
public sealed record ImportedRun
{
    /// <summary>The tool's name as it gives it, for instance <c>Semgrep OSS</c>.</summary>
    public required string Tool { get; init; }

    /// <summary>The tool's version; null when it gives none.</summary>
    public string? ToolVersion { get; init; }

    /// <summary>
    /// Who reports: <c>sarif/semgrep-oss</c>, with a category <c>sarif/semgrep-oss/backend</c>. Results of one reporter replace what it had
    /// reported of the ref before; those of others stay.
    /// </summary>
    public required string Reporter { get; init; }

    /// <summary>The rules that <see cref="Results"/> name.</summary>
    public required IReadOnlyList<ImportedRule> Rules { get; init; }

    /// <summary>Those that count as findings and name a file.</summary>
    public required IReadOnlyList<ImportedResult> Results { get; init; }

    /// <summary>Results that say that something is in order, are suppressed by the tool, or absent.</summary>
    public required int Ignored { get; init; }

    /// <summary>Results that name no file.</summary>
    public required int Placeless { get; init; }
}

/// <summary>A rule of another tool.</summary>
/// <param name="Id"><c>semgrep-oss:python.lang.eval</c>; a rule of Sentinel's own results keeps its id.</param>
/// <param name="Description">Plain text; empty when the tool gives none.</param>
/// <param name="Remediation">Plain text; empty when the tool gives none.</param>
/// <param name="HelpUri">An https address; null when the tool gives none.</param>
/// <param name="Cwe">Weakness number of https://cwe.mitre.org; null when the tool names none.</param>
public sealed record ImportedRule(
    string Id, string Title, FindingCategory Category, Severity Severity, Confidence Confidence, int? Cwe, string Description, string Remediation, string? HelpUri)
{
    // Hard-coded password, cryptographic key, credentials.
    private static readonly int[] Credentials = [259, 321, 798];

    /// <summary>Whether what it reports may be, or stand beside, a secret that Sentinel does not know.</summary>
    [JsonIgnore]
    public bool HoldsSecret => Category == FindingCategory.Secret || (Cwe is { } cwe && Credentials.Contains(cwe));
}

/// <summary>One result.</summary>
/// <param name="Rule">Index in <see cref="ImportedRun.Rules"/>.</param>
/// <param name="Message">Plain text without what looks like a secret.</param>
/// <param name="Path">As the tool gives it, with <c>/</c>; may be absolute, and need not be a file of the commit.</param>
/// <param name="Line">First line, counted from 1.</param>
/// <param name="Column">First column, counted from 1; null for the whole line.</param>
/// <param name="EndLine">Last line.</param>
/// <param name="EndColumn">Column behind the last; null for the end of the line.</param>
/// <param name="Scope">What encloses the place, as the tool names it; null when it names nothing.</param>
public sealed record ImportedResult(
    int Rule, Severity Severity, string Message, string Path, int Line, int? Column, int EndLine, int? EndColumn, string? Scope);
