namespace Sentinel.Worker.Scans.Incremental;

/// <summary>Another scan of the ref was written while this one went on from the scan before it: everything has to be looked at.</summary>
internal sealed class BaselineMovedException() : Exception("Another scan of the ref was written in the meantime.");
