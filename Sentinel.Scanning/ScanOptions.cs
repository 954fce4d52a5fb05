using Sentinel.Scanning.Workflows;

namespace Sentinel.Scanning;

/// <summary>Limits and settings of one scan.</summary>
public sealed record ScanOptions
{
    /// <summary>32 bytes with which secrets are hashed into fingerprints.</summary>
    public required ReadOnlyMemory<byte> FingerprintKey { get; init; }

    /// <summary>Largest file that is held in memory and seen by every analyzer, in bytes. Default 10 MiB: larger files are data, not source.</summary>
    public long MaxFileBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>
    /// Largest file of which secrets are sought part by part, in bytes, where the source can stream; it counts for none of the other
    /// limits but the times. Default 0: what is too large to be held is skipped.
    /// </summary>
    public long MaxStreamedBytes { get; init; }

    /// <summary>Most bytes read in one scan. Default 4 GiB.</summary>
    public long MaxTotalBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Most files looked at in one scan. Default 500,000.</summary>
    public int MaxFiles { get; init; } = 500_000;

    /// <summary>Time one analyzer may spend on one file. Default 10 seconds.</summary>
    public TimeSpan FileTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time after which no further file is begun. Default 30 minutes; the rest is skipped, what was found is kept.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Findings kept of one file by one analyzer. Default 1,000; more makes the run partial and leaves the file uncovered.</summary>
    public int MaxFindingsPerFile { get; init; } = 1000;

    /// <summary>Files analysed at once. Default: the number of processors.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Told of each secret that is detected in this scan; null when nobody needs it.</summary>
    public ISecretObserver? Secrets { get; init; }

    /// <summary>Says which commits the tags of actions stand for, so that a fix can name them; null when nobody can be asked: findings are the same.</summary>
    public IActionTags? Actions { get; init; }

    /// <summary>What plug-ins may do. Default: nothing beyond reading bytes.</summary>
    public Capabilities Allowed { get; init; } = Capabilities.None;
}
