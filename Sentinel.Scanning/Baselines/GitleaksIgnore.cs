using System.Globalization;

namespace Sentinel.Scanning.Baselines;

/// <summary>
/// A <c>.gitleaksignore</c> file: one <c>commit:file:rule:line</c> or <c>file:rule:line</c> a line, <c>#</c> begins a comment
/// (https://github.com/gitleaks/gitleaks#gitleaksignore). A rule that Sentinel does not have is one of gitleaks': the place alone
/// decides then. In a history an entry stands for its value in every version of its file.
/// </summary>
public sealed class GitleaksIgnore
{
    /// <summary>The source that a suppressed finding names.</summary>
    public const string Source = ".gitleaksignore";

    private readonly List<Entry> _entries = [];
    private readonly List<string> _faults = [];

    /// <summary>Lines that are no entry, as sentences.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Reads the file.</summary>
    public static GitleaksIgnore Read(string text)
    {
        var ignore = new GitleaksIgnore();
        foreach (var (index, raw) in text.Split('\n').Index())
        {
            var line = raw.Trim();
            if (index == 0) line = line.TrimStart('\uFEFF');
            if (line.Length == 0 || line[0] == '#') continue;
            if (Parse(line, index + 1) is { } entry) ignore._entries.Add(entry);
            else ignore._faults.Add($"{Source}, line {index + 1}: not read: write commit:file:rule:line or file:rule:line.");
        }
        return ignore;
    }

    /// <summary>Moves what is ignored from the findings to the suppressed ones.</summary>
    /// <param name="isRule">Whether a rule's id is one of Sentinel's.</param>
    public ScanReport Apply(ScanReport report, Func<string, bool> isRule)
    {
        if (_entries.Count == 0) return report;
        var byPlace = _entries.ToLookup(e => (e.Path, e.Line));
        var ignored = new HashSet<(string Path, string Fingerprint)>();
        foreach (var finding in report.Findings)
        {
            foreach (var entry in byPlace[(finding.Location.Path, finding.Location.Region.StartLine)].Where(e => Matches(e, finding, isRule)))
            {
                entry.IsUsed = true;
                ignored.Add((finding.Location.Path, finding.FingerprintHash));
            }
        }
        return SuppressionFilter.Apply(report, f => ignored.Contains((f.Location.Path, f.FingerprintHash)) ? new Suppression(Source, "") : null);
    }

    /// <summary>Entries that matched nothing, as sentences.</summary>
    /// <param name="withCommits">Whether the scan read the whole history; otherwise entries with a commit could not match and are not listed.</param>
    public IEnumerable<string> Stale(bool withCommits) =>
        _entries.Where(e => !e.IsUsed && (withCommits || e.Commit is null)).Select(e => $"{Source}, line {e.Number}: matches nothing any more; delete it.");

    private static bool Matches(Entry entry, Finding finding, Func<string, bool> isRule) =>
        (entry.Commit is null || entry.Commit == finding.Commit?.Id)
        && (entry.Rule == finding.RuleId || (!isRule(entry.Rule) && finding.Category == FindingCategory.Secret));

    // A path may hold colons; a commit, a rule and a line cannot.
    private static Entry? Parse(string line, int number)
    {
        var parts = line.Split(':');
        if (parts.Length < 3 || !int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var at) || parts[^2].Length == 0) return null;
        var commit = parts.Length > 3 && parts[0].Length is 40 or 64 && parts[0].All(char.IsAsciiHexDigitLower) ? parts[0] : null;
        var path = string.Join(':', parts[(commit is null ? 0 : 1)..^2]);
        return path.Length == 0 ? null : new Entry(number, commit, path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path, parts[^2], at);
    }

    private sealed record Entry(int Number, string? Commit, string Path, string Rule, int Line)
    {
        public bool IsUsed { get; set; }
    }
}
