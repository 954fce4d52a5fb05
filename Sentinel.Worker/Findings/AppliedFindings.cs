namespace Sentinel.Worker.Findings;

/// <summary>What a scan changed.</summary>
internal readonly record struct AppliedFindings(int Opened, int Closed, int Total);
