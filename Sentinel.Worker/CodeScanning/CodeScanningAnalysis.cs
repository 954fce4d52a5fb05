using System.Globalization;
using System.IO.Compression;
using Sentinel.GitHub.CodeScanning;
using Sentinel.Scanning;
using Sentinel.Scanning.Reporting;

namespace Sentinel.Worker.CodeScanning;

/// <summary>An analysis as GitHub takes it.</summary>
/// <param name="Gzip">SARIF 2.1.0, gzipped.</param>
/// <param name="Results">Findings in it.</param>
/// <param name="LeftOut">Findings that are not, because of GitHub's limits.</param>
internal sealed record CodeScanningAnalysis(byte[] Gzip, int Results, int LeftOut)
{
    /// <summary>The worst findings, as many as GitHub takes; the analysis says how many it leaves out.</summary>
    /// <param name="findings">In any order.</param>
    /// <param name="maxBytes">Gzipped.</param>
    public static CodeScanningAnalysis Of(IReadOnlyCollection<Finding> findings, string version, int maxResults = CodeScanningCalls.MaxResults, int maxBytes = CodeScanningCalls.MaxBytes)
    {
        var worst = findings.OrderByDescending(f => f.Severity).ThenByDescending(f => f.Confidence)
            .ThenBy(f => f.Location.Path, StringComparer.Ordinal).ThenBy(f => f.Location.Region.StartLine).ThenBy(f => f.FingerprintHash, StringComparer.Ordinal).ToArray();
        for (var count = Math.Min(worst.Length, maxResults); ; count /= 2)
        {
            var gzip = Pack(worst[..count], worst.Length - count, version);
            if (gzip.Length <= maxBytes || count == 0) return new CodeScanningAnalysis(gzip, count, worst.Length - count);
        }
    }

    private static byte[] Pack(Finding[] findings, int leftOut, string version)
    {
        var report = new ScanReport
        {
            Findings = findings,
            Plugins = [],
            Skipped = [],
            Covered = new Dictionary<string, IReadOnlySet<string>>(),
            Files = 0,
            BytesRead = 0,
            CacheHits = 0,
            RulePackHash = "",
            IsComplete = true,
        };
        var context = new ReportContext
        {
            ToolVersion = version,
            Category = "sentinel",
            Notes = leftOut == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{leftOut} findings of less severity are left out, because GitHub takes no more. Sentinel's dashboard has them all.")],
        };
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) Sarif.Write(gzip, report, context);
        return packed.ToArray();
    }
}
