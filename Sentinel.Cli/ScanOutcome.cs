using Sentinel.Scanning;
using Sentinel.Scanning.Reporting;

namespace Sentinel.Cli;

/// <summary>What one scan gave.</summary>
/// <param name="History">The walked history; null for a scan of files.</param>
/// <param name="ReadsIgnoreFile">Whether entries of an ignore file that match nothing are stale; a part of the code cannot tell.</param>
internal sealed record ScanOutcome(ScanReport Report, HistorySummary? History = null, bool ReadsIgnoreFile = false);
