using System.Reflection;
using Sentinel.Scanning;
using Sentinel.Scanning.Reporting;

namespace Sentinel.Cli;

/// <summary>Writes reports where they were asked for.</summary>
internal static class Reports
{
    private static readonly string ToolVersion =
        typeof(Reports).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    /// <summary>Finds out before a long scan whether its reports can be written.</summary>
    /// <exception cref="CliException">A file cannot be written.</exception>
    public static void Check(IEnumerable<ReportTarget> targets)
    {
        var files = targets.Select(t => t.File).OfType<string>().ToArray();
        if (files.GroupBy(Path.GetFullPath).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new CliException($"{twice.First()}: two reports cannot be written to one file.");
        foreach (var file in files)
        {
            try
            {
                var existed = File.Exists(file);
                using (new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
                {
                }
                if (!existed) File.Delete(file);
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                throw new CliException($"{file}: the report cannot be written there: {ex.Message}");
            }
        }
    }

    /// <summary>Writes all of them.</summary>
    public static void Write(IEnumerable<ReportTarget> targets, ScanReport report, ReportContext context)
    {
        foreach (var target in targets)
        {
            using var stream = target.File is null ? Console.OpenStandardOutput() : File.Create(target.File);
            var color = target.File is null && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
            Write(stream, target.Format, report, context with { Color = color, ToolVersion = ToolVersion });
        }
    }

    private static void Write(Stream stream, ReportFormat format, ScanReport report, ReportContext context)
    {
        switch (format)
        {
            case ReportFormat.Json:
                ReportJson.Write(stream, report, context);
                return;
            case ReportFormat.Sarif:
                Sarif.Write(stream, report, context);
                return;
            case ReportFormat.Gitleaks:
                ReportGitleaks.Write(stream, report);
                return;
        }
        using var writer = new StreamWriter(stream);
        if (format == ReportFormat.Csv) ReportCsv.Write(writer, report);
        else if (format == ReportFormat.JUnit) ReportJUnit.Write(writer, report);
        else ReportTable.Write(writer, report, context);
    }
}
