using System.Globalization;

namespace Sentinel.Scanning.Reporting;

/// <summary>Writes a report for people.</summary>
public static class ReportTable
{
    private const string Reset = "\u001b[0m";
    private const string Indent = "          ";
    private const int MaxPlaces = 5;

    /// <summary>Findings worst first, then a summary that says what was not looked at.</summary>
    /// <param name="color">Whether the reader is a terminal that shows colours.</param>
    public static void Write(TextWriter output, ScanReport report, bool color) => Write(output, report, new ReportContext { Color = color });

    /// <summary>Findings worst first, in a history one entry for each value; then a summary that says what was not looked at.</summary>
    public static void Write(TextWriter output, ScanReport report, ReportContext context)
    {
        if (context.History is null)
        {
            foreach (var finding in report.Findings.OrderByDescending(f => f.Severity).ThenByDescending(f => f.Confidence)) WriteFinding(output, finding, context.Color);
        }
        else
        {
            foreach (var incident in Incident.Of(report.Findings)) WriteIncident(output, incident, context.Color);
        }
        if (report.Findings.Count > 0) output.WriteLine();
        WriteSummary(output, report, context);
    }

    private static void WriteFinding(TextWriter output, Finding finding, bool color)
    {
        output.WriteLine($"{Paint(finding.Severity, color)}  {Place(finding)}  {Printable.Line(finding.RuleId)}");
        output.WriteLine($"{Indent}{Printable.Line(finding.Message)}{(IsMarked(finding) ? $" [{finding.AllowMark}]" : "")}");
        if (finding is { Fix: { } fix, Commit: null }) output.WriteLine($"{Indent}proved fix: {Printable.Line(fix.Summary)}");
    }

    private static void WriteIncident(TextWriter output, Incident incident, bool color)
    {
        WriteFinding(output, incident.First, color);
        if (incident.First.Commit is { } first) output.WriteLine($"{Indent}since commit {Describe(first)}");
        foreach (var place in incident.Places.Skip(1).Take(MaxPlaces))
            output.WriteLine($"{Indent}also {Place(place)}{(place.Commit is { } commit ? $" in {Describe(commit)}" : "")}");
        if (incident.Places.Count > MaxPlaces + 1) output.WriteLine($"{Indent}and in {incident.Places.Count - MaxPlaces - 1} more places");
    }

    private static void WriteSummary(TextWriter output, ScanReport report, ReportContext context)
    {
        // A value of a history is one finding, however many versions of a file hold it.
        var findings = context.History is null ? report.Findings : [.. Incident.Of(report.Findings).Select(i => i.First)];
        var counts = Enum.GetValues<Severity>().Reverse().Select(s => (Severity: s, Count: findings.Count(f => f.Severity == s))).Where(c => c.Count > 0);
        var where = context.History is { } history ? $"{history.Contents} contents of {history.Commits} commits ({Printable.Line(history.Range)})" : $"{report.Files} files";
        output.WriteLine(report.Findings.Count == 0
            ? $"No findings in {where}."
            : $"{findings.Count} findings{(context.History is null ? "" : $" at {report.Findings.Count} places")} in {where}: {string.Join(", ", counts.Select(c => $"{c.Count} {c.Severity.ToString().ToLowerInvariant()}"))}.");
        foreach (var group in report.Suppressed.GroupBy(f => f.Suppression?.Source ?? "").OrderBy(g => g.Key, StringComparer.Ordinal))
            output.WriteLine($"Not counted: {group.Count()} ({Printable.Line(group.Key)}), for instance {Place(group.First())}");
        if (report.Findings.FirstOrDefault(IsMarked) is { AllowMark: { } mark })
            output.WriteLine($"To allow a value where it stands, say why in a comment on its line, with its mark: sentinel:allow[{mark}] REASON");
        foreach (var note in context.Notes) output.WriteLine($"Note: {Printable.Line(note)}");
        foreach (var group in report.Skipped.GroupBy(s => s.Reason, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            output.WriteLine($"Not analysed: {group.Count()} ({group.Key}), for instance {Printable.Line(group.First().Path)}");
        foreach (var error in report.Plugins.SelectMany(p => p.Errors.Select(e => (p.Plugin.Id, Error: e))).Take(10))
            output.WriteLine($"Not analysed by {error.Id}: {Printable.Line(error.Error.Path)}: {Printable.Line(error.Error.Message)}");
        if (!report.IsComplete) output.WriteLine("The scan is incomplete: what is listed above was not looked at.");
    }

    // The past cannot be given a comment.
    private static bool IsMarked(Finding finding) => finding is { AllowMark: not null, Commit: null };

    private static string Place(Finding finding) => string.Create(
        CultureInfo.InvariantCulture, $"{Printable.Line(finding.Location.Path)}:{finding.Location.Region.StartLine}:{finding.Location.Region.StartColumn}");

    private static string Describe(CommitInfo commit) => string.Create(
        CultureInfo.InvariantCulture, $"{commit.Id[..12]} of {commit.AuthoredAt:yyyy-MM-dd} by {Printable.Line(commit.Author)} <{Printable.Line(commit.AuthorEmail)}>");

    private static string Paint(Severity severity, bool color)
    {
        var name = severity.ToString().PadRight(8);
        var code = severity switch { Severity.Critical => "1;31", Severity.High => "31", Severity.Medium => "33", Severity.Low => "36", _ => "37" };
        return color ? $"\u001b[{code}m{name}{Reset}" : name;
    }
}
