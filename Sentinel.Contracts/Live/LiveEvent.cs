using Sentinel.Contracts.Scans;

namespace Sentinel.Contracts.Live;

/// <summary>Something that open pages want to know at once.</summary>
/// <param name="Kind">Stable code: scan.progress, scan.queued, scan.finished, findings.changed, explanation.ready.</param>
/// <param name="Progress">Set for the scan kinds.</param>
public sealed record LiveEvent(string Kind, DateTimeOffset At, Guid? RepositoryId, Guid? ScanId, Guid? FindingId, ScanProgress? Progress);
