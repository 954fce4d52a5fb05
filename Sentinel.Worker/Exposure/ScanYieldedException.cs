namespace Sentinel.Worker.Exposure;

/// <summary>A long scan stopped to make room for others; what it did is in the cache, and it goes on there.</summary>
internal sealed class ScanYieldedException() : Exception("The scan made room for others.");
