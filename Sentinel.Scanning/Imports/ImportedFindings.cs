using Sentinel.Scanning.Identity;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Scanning.Imports;

/// <summary>
/// Makes findings of another tool's results. A result that tells what is known already becomes that finding with one more reporter;
/// any other gets an identity of its own, made like those of Sentinel: of what the code says and not of where it stands.
/// </summary>
public static class ImportedFindings
{
    private const int MaxTokens = 4000;
    private const int SnippetLines = 3;

    /// <summary>The findings of one file.</summary>
    /// <param name="run">Whose results they are.</param>
    /// <param name="results">Those of <paramref name="run"/> in this file.</param>
    /// <param name="path">The file in the commit.</param>
    /// <param name="file">Its content; null when it could not be read.</param>
    /// <param name="standing">What others see in the very content: analyzers and earlier imports.</param>
    /// <param name="key">32 bytes with which secrets are hashed.</param>
    /// <returns>One for each result, in their order; fewer when the repository allows by a comment what some of them say.</returns>
    public static IReadOnlyList<Finding> Of(
        ImportedRun run, IEnumerable<ImportedResult> results, string path, SourceFile? file, IReadOnlyList<Finding> standing, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        if (file is { IsBinary: true }) file = null;
        return [.. results.Select(result => Of(run, result, path, file, standing, key, cancellationToken)).OfType<Finding>()];
    }

    private static Finding? Of(
        ImportedRun run, ImportedResult result, string path, SourceFile? file, IReadOnlyList<Finding> standing, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var rule = run.Rules[result.Rule];
        var region = RegionOf(result, file);
        var fingerprint = Fingerprint(rule, result, region, path, file, key.Span);
        // What it was the last time it is again, or two tools would take turns in naming one defect.
        if (!standing.Any(s => s.FingerprintHash == fingerprint) && Twin(rule, region, standing) is { } twin) return twin.Suppression is null ? twin with { AnalyzerId = run.Reporter } : null;
        var (snippet, start) = Snippet(rule, region, file, cancellationToken);
        return new Finding
        {
            RuleId = rule.Id,
            AnalyzerId = run.Reporter,
            Category = CategoryOf(rule, path),
            Severity = result.Severity,
            Confidence = rule.Confidence,
            Cwe = rule.Cwe,
            Title = rule.Title,
            Message = result.Message,
            Location = new Location(path, region),
            FingerprintHash = fingerprint,
            MaskedPreview = rule.Category == FindingCategory.Secret ? SecretMask.Preview(TextOf(region, file)) : null,
            Snippet = snippet,
            SnippetStartLine = start,
        };
    }

    private static Region RegionOf(ImportedResult result, SourceFile? file)
    {
        if (file is null)
        {
            var from = result.Column ?? 1;
            return new Region(result.Line, from, result.EndLine, result.Line == result.EndLine ? Math.Max(from, result.EndColumn ?? from) : result.EndColumn ?? 1);
        }
        var first = Math.Min(result.Line, file.LineCount);
        var last = Math.Clamp(result.EndLine, first, file.LineCount);
        var column = Math.Clamp(result.Column ?? 1, 1, file.Line(first).Length + 1);
        var end = Math.Clamp(result.EndColumn ?? int.MaxValue, first == last ? column : 1, file.Line(last).Length + 1);
        // Some tools give a place without an extent.
        return end == column && first == last ? new Region(first, column, last, file.Line(last).Length + 1) : new Region(first, column, last, end);
    }

    private static string TextOf(Region region, SourceFile? file)
    {
        if (file is null) return "";
        var start = file.LineStart(region.StartLine) + region.StartColumn - 1;
        var end = Math.Min(file.LineStart(region.EndLine) + region.EndColumn - 1, start + MaxTokens);
        return start < end && end <= file.Text.Length ? file.Text[start..end] : "";
    }

    private static string Fingerprint(ImportedRule rule, ImportedResult result, Region region, string path, SourceFile? file, ReadOnlySpan<byte> key)
    {
        var text = TextOf(region, file).Trim();
        if (rule.Category == FindingCategory.Secret && text.Length > 0) return SecretFingerprint.Of(key, text);
        // A password could be guessed from a hash without a key.
        if (rule.HoldsSecret && text.Length > 0) return SecretFingerprint.Of(key, $"{rule.Id}\n{text}");
        string[] scope = result.Scope is { } name ? [name] : [];
        // Where no code tells defects apart, only their places can.
        if (text.Length == 0) return CodeFingerprint.Of(rule.Id, result.Message, [.. scope, $"{path}:{result.Line}"]);
        // Several packages of a lock file share its first line.
        return CodeFingerprint.Of(rule.Id, rule.Category == FindingCategory.Dependency ? $"{text}\n{result.Message}" : text, scope);
    }

    private static Finding? Twin(ImportedRule rule, Region region, IReadOnlyList<Finding> standing) => standing
        .Where(s => Overlap(s.Location.Region, region) && (s.RuleId == rule.Id || (s.Category == FindingCategory.Secret ? rule.HoldsSecret : rule.Cwe is { } cwe && cwe == s.Cwe)))
        .MinBy(s => (Math.Abs((long)s.Location.Region.StartLine - region.StartLine), Math.Abs((long)s.Location.Region.StartColumn - region.StartColumn)));

    private static bool Overlap(Region left, Region right) => left.StartLine <= right.EndLine && right.StartLine <= left.EndLine;

    private static FindingCategory CategoryOf(ImportedRule rule, string path) =>
        rule.Category is FindingCategory.Code or FindingCategory.Infrastructure && path.StartsWith(".github/", StringComparison.Ordinal) ? FindingCategory.Workflow : rule.Category;

    private static (string Text, int Start) Snippet(ImportedRule rule, Region region, SourceFile? file, CancellationToken cancellationToken)
    {
        if (file is null) return ("", 1);
        var text = SecretMask.Snippet(file, region, SnippetLines, out var start, cancellationToken);
        if (!rule.HoldsSecret) return (text, start);
        var lines = text.Split('\n').Select((line, i) => start + i >= region.StartLine && start + i <= region.EndLine ? new string('*', line.Length) : line);
        return (string.Join('\n', lines), start);
    }
}
