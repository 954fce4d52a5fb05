using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Scanning.Imports;

/// <summary>
/// Reads SARIF 2.1.0 of any tool (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html). Code and whatever looks like a
/// secret stay behind.
/// </summary>
public static class SarifReader
{
    /// <summary>Most items of a list, results of one run among them: what GitHub takes (https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit).</summary>
    public const int MaxItems = 25_000;

    /// <summary>Most runs, as GitHub.</summary>
    public const int MaxRuns = 20;

    /// <summary>Most results of all runs together.</summary>
    public const int MaxResults = 50_000;

    private const int MaxTool = 100;
    private const int MaxPath = 1000;
    private const int MaxScope = 500;
    private const int MaxMessage = 1000;
    private const int MaxLine = 10_000_000;

    /// <summary>Reads a file.</summary>
    /// <param name="input">UTF-8; the caller bounds its length.</param>
    /// <param name="category">Tells several analyses by one tool apart; null for the one that each run names itself, if it does.</param>
    /// <returns>One item for each run; several runs of one reporter are joined.</returns>
    /// <exception cref="SarifException">It is no SARIF, or more than is taken.</exception>
    public static async Task<IReadOnlyList<ImportedRun>> ReadAsync(Stream input, string? category, CancellationToken cancellationToken)
    {
        var document = await ParseAsync(input, cancellationToken);
        if (document.Version is not "2.1.0") throw new SarifException($"The file says SARIF version '{Text(document.Version, 20)}'; 2.1.0 is read.");
        if (document.Runs is not { Count: > 0 } runs) throw new SarifException("The file has no run: even a tool that found nothing writes one.");
        if (runs.Count > MaxRuns) throw new SarifException($"The file has {runs.Count} runs; at most {MaxRuns} are taken. Give them in several files.");
        if (runs.Sum(r => r.Results?.Count ?? 0) > MaxResults) throw new SarifException($"The file has more than {MaxResults:N0} results, which is the most that is taken. Give the runs in several files.");
        return [.. runs.Select((run, i) => Read(run, i, category, cancellationToken)).GroupBy(r => r.Reporter, StringComparer.Ordinal).Select(g => g.Aggregate(Join))];
    }

    private static async Task<SarifDocument> ParseAsync(Stream input, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(input, SarifJson.Default.SarifDocument, cancellationToken) ?? throw new SarifException("The file holds nothing.");
        }
        catch (JsonException ex)
        {
            var place = ex.Path is { Length: > 0 } path ? $" at {Text(path, 200)}" : "";
            throw new SarifException(string.Create(CultureInfo.InvariantCulture, $"The file is not SARIF{place}, line {ex.LineNumber + 1}."));
        }
    }

    private static ImportedRun Read(SarifRun run, int index, string? category, CancellationToken cancellationToken)
    {
        if (run.Tool?.Driver is not { Name: { } name } driver || Text(name, MaxTool) is not { Length: > 0 } tool) throw new SarifException($"Run {index + 1} does not name its tool (runs[{index}].tool.driver.name).");
        var (rules, paths) = (new SarifRules(tool, run), new SarifPaths(run));
        var (results, ignored, placeless) = (new List<ImportedResult>(), 0, 0);
        foreach (var result in run.Results ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Counts(result)) ignored++;
            else if (Read(result, paths, rules, cancellationToken) is { } read) results.Add(read);
            else placeless++;
        }
        return new ImportedRun
        {
            Tool = tool,
            ToolVersion = Text(driver.SemanticVersion ?? driver.Version, MaxTool) is { Length: > 0 } version ? version : null,
            Reporter = Reporters.Imported(tool, category ?? CategoryOf(run.AutomationDetails?.Id)),
            Rules = rules.Used,
            Results = results,
            Ignored = ignored,
            Placeless = placeless,
        };
    }

    // Sections 3.27.9 (kind), 3.27.24 (baselineState) and 3.35 (suppression).
    private static bool Counts(SarifResult result) =>
        result.Kind is null or "fail" or "open" or "review" && result.BaselineState is not "absent" && result.Suppressions?.Any(s => s.Status is null or "accepted") is not true;

    private static ImportedResult? Read(SarifResult result, SarifPaths paths, SarifRules rules, CancellationToken cancellationToken)
    {
        var place = result.Locations?.PhysicalLocation;
        if (paths.Of(place?.ArtifactLocation) is not { Length: <= MaxPath } path) return null;
        var (rule, index) = rules.Of(result);
        var (line, last) = Lines(place?.Region);
        var logical = result.Locations?.LogicalLocations;
        return new ImportedResult(
            index, SarifSeverity.Of(result, rule.Source), MessageOf(result, rule, path, cancellationToken), path, line, Column(place?.Region?.StartColumn), last, Column(place?.Region?.EndColumn),
            Text(logical?.FullyQualifiedName ?? logical?.Name, MaxScope) is { Length: > 0 } scope ? scope : null);
    }

    private static (int First, int Last) Lines(SarifRegion? region)
    {
        var first = Math.Clamp(region?.StartLine ?? 1, 1, MaxLine);
        return (first, Math.Clamp(region?.EndLine ?? first, first, MaxLine));
    }

    private static int? Column(int? column) => column is > 0 ? column : null;

    // Who looks for secrets may quote what it found.
    private static string MessageOf(SarifResult result, SarifRules.Known rule, string path, CancellationToken cancellationToken)
    {
        if (rule.Rule.HoldsSecret) return $"{rule.Rule.Title}.";
        var text = Text(SarifMessages.Of(result.Message, rule.Source), MaxMessage);
        return text.Length == 0 ? rule.Rule.Title : SecretMask.Mask(text, path, cancellationToken);
    }

    // "category/run" (https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#runautomationdetails-object).
    private static string? CategoryOf(string? id) => id?.LastIndexOf('/') is > 0 and var end ? id[..end] : null;

    private static ImportedRun Join(ImportedRun left, ImportedRun right) => left with
    {
        Rules = [.. left.Rules, .. right.Rules],
        Results = [.. left.Results, .. right.Results.Select(r => r with { Rule = r.Rule + left.Rules.Count })],
        Ignored = left.Ignored + right.Ignored,
        Placeless = left.Placeless + right.Placeless,
    };

    /// <summary>One line without control characters, trimmed and cut; empty for null.</summary>
    internal static string Text(string? text, int length) => Clean(text, length, keepBreaks: false);

    /// <summary>Several lines without other control characters, trimmed and cut; empty for null.</summary>
    internal static string Lines(string? text, int length) => Clean(text, length, keepBreaks: true);

    private static string Clean(string? text, int length, bool keepBreaks)
    {
        if (text is null) return "";
        var clean = new StringBuilder(Math.Min(text.Length, length));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= length) break;
            if (keepBreaks && rune.Value == '\n') clean.Append('\n');
            else if (Rune.IsControl(rune) || Rune.IsWhiteSpace(rune)) clean.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Surrogate)) clean.Append(rune);
        }
        return clean.ToString().Trim();
    }
}
