using System.Globalization;
using System.Text;

namespace Sentinel.Benchmarks.Reporting;

/// <summary>Collects figures and writes them as Markdown.</summary>
internal sealed class Report
{
    private readonly List<(string Title, string Explanation, string[] Header, List<string[]> Rows)> _sections = [];

    /// <summary>One table.</summary>
    /// <param name="explanation">What exactly was measured, so that somebody else can do it again.</param>
    public void Add(string title, string explanation, string[] header, params IEnumerable<string[]> rows)
    {
        _sections.Add((title, explanation, header, [.. rows]));
        Console.Error.WriteLine($"{title}: done");
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Benchmarks
            Written by `dotnet run -c Release --project Sentinel.Benchmarks -- --output docs/benchmarks.md`. Client, peers and all of Sentinel's
            processes share this machine: {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {System.Runtime.InteropServices.RuntimeInformation.OSDescription},
            .NET {Environment.Version}.

            """);
        foreach (var (title, explanation, header, rows) in _sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n{explanation}\n\n| {string.Join(" | ", header)} |\n|{string.Concat(header.Select((_, i) => i == 0 ? "---|" : "---:|"))}\n");
            foreach (var row in rows) text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row)} |\n");
        }
        return text.ToString();
    }

    public static string Milliseconds(double value) => value.ToString(value < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    public static string Seconds(double value) => value.ToString("0.0", CultureInfo.InvariantCulture) + " s";

    public static string Number(double value, string format = "#,0") => value.ToString(format, CultureInfo.InvariantCulture);

    public static string Percent(double value) => (value * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    public static string Ratio(double value) => value.ToString(value < 1 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + "×";
}
