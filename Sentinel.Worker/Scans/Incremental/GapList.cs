using Sentinel.Data.Scans;
using Sentinel.Scanning;

namespace Sentinel.Worker.Scans.Incremental;

/// <summary>Says what a report did not cover.</summary>
internal static class GapList
{
    /// <summary>Most gaps that are kept for one ref.</summary>
    public const int MaxGaps = 100_000;

    /// <summary>Most gaps that are tried again by every scan.</summary>
    public const int MaxRetries = 200;

    // The engine names no more faults of one plug-in than this.
    private const int MaxErrors = 100;

    /// <summary>
    /// The gaps of a report; null when they are too many or not all known: a limit cut the scan short, or a path stands in the tree
    /// twice. Such a scan is nothing to go on from.
    /// </summary>
    /// <param name="entries">The files that the report is about, by path.</param>
    public static IReadOnlyList<Gap>? Of(ScanReport report, IReadOnlyDictionary<string, FileEntry> entries)
    {
        if (report.Skipped.Any(s => s.Reason is SkipReason.Limit or SkipReason.InvalidPath) || report.Plugins.Any(p => p.Errors.Count >= MaxErrors)) return null;

        // A file that ran into the time limit of two plug-ins is skipped twice.
        var skipped = report.Skipped.DistinctBy(s => s.Path, StringComparer.Ordinal).Select(s => new Gap(s.Path, "", BlobOf(s.Path), s.Length, s.Reason));
        var errors = report.Plugins.SelectMany(p => p.Errors.Select(e => e.Path).Distinct(StringComparer.Ordinal)
            .Select(path => new Gap(path, p.Plugin.Id, BlobOf(path), entries.GetValueOrDefault(path)?.Length ?? 0, ScanGap.PluginError)));
        var gaps = skipped.Concat(errors).ToArray();
        return gaps.Length > MaxGaps || gaps.Count(g => g.Retry) > MaxRetries ? null : gaps;

        string BlobOf(string path) => entries.GetValueOrDefault(path)?.BlobId ?? "";
    }

    /// <summary>Files that are skipped for what they are, whenever they are looked at.</summary>
    public static int Lasting(IEnumerable<Gap> gaps) => gaps.Count(g => !g.Retry);
}
