namespace Sentinel.Git;

/// <summary>What reading a repository may cost.</summary>
public sealed record GitLimits
{
    /// <summary>Time one command may take. Default 2 minutes.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Time that may be spent waiting for git while it walks a history, the reader's own work not counted. Default 10 minutes.</summary>
    public TimeSpan HistoryTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Most bytes a listed history may have. Default 8 GiB, some 50 million changed files.</summary>
    public long MaxHistoryBytes { get; init; } = 8L * 1024 * 1024 * 1024;

    /// <summary>Most distinct contents of one history. Default 5,000,000; the rest is not listed and the listing says so.</summary>
    public int MaxBlobs { get; init; } = 5_000_000;

    /// <summary>Most files of one tree or index that are listed. Default 500,000.</summary>
    public int MaxFiles { get; init; } = 500_000;

    /// <summary>Longest path in bytes. Default 4,096; longer ones are skipped in trees and cut in histories.</summary>
    public int MaxPathBytes { get; init; } = 4096;

    /// <summary>Largest blob that is read, in bytes. Default 10 MiB, as the engine's own limit.</summary>
    public long MaxBlobBytes { get; init; } = 10 * 1024 * 1024;
}
