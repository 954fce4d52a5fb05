using Sentinel.Scanning;
using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Workflows;

namespace Sentinel.Tests.Scanning.Fixes;

/// <summary>Scans single files as the engine does, and applies fixes as a person who accepts a suggestion does.</summary>
internal static class FixBench
{
    public const string Workflow = ".github/workflows/ci.yml";

    private static readonly ScanEngine Engine = new(ScannerRegistration.Analyzers);

    public static async Task<IReadOnlyList<Finding>> ScanAsync(string path, string text, ScanEngine? engine = null, IActionTags? actions = null)
    {
        var report = await (engine ?? Engine).ScanAsync(
            new MemorySource().With(path, text), NoAnalysisCache.Instance, new ScanOptions { FingerprintKey = new byte[32], Actions = actions }, progress: null, TestContext.Current.CancellationToken);
        return report.Findings;
    }

    /// <summary>The text with the lines of the fix in place of the old ones.</summary>
    public static string Apply(FileFix fix, string text)
    {
        var lines = text.Split('\n').ToList();
        lines.RemoveRange(fix.StartLine - 1, fix.EndLine - fix.StartLine + 1);
        if (fix.Replacement is { } replacement) lines.InsertRange(fix.StartLine - 1, replacement.Split('\n'));
        return string.Join('\n', lines);
    }
}
