using Sentinel.Git;

namespace Sentinel.Worker.Checkout;

/// <summary>Limits on what a repository may cost.</summary>
public sealed class CheckoutOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Checkout";

    /// <summary>Where bare mirrors are kept. Default: <c>sentinel/mirrors</c> in the user's cache folder.</summary>
    public string CacheDirectory { get; set; } = Path.Combine(
        Environment.GetEnvironmentVariable("SENTINEL_CACHE_DIR") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } local ? local : Path.GetTempPath(), "sentinel"),
        "mirrors");

    /// <summary>Most bytes a mirror may take. Default 4 GiB.</summary>
    public long MaxRepositoryBytes { get; set; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Most bytes all mirrors may take before the least recently used goes. Default 20 GiB.</summary>
    public long MaxCacheBytes { get; set; } = 20L * 1024 * 1024 * 1024;

    /// <summary>Time one fetch may take. Default 10 minutes.</summary>
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Time any other git command may take. Default 2 minutes.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Most files of one commit that are listed. Default 500,000.</summary>
    public int MaxFiles { get; set; } = 500_000;

    /// <summary>Longest path in bytes. Default 4,096; longer ones are skipped.</summary>
    public int MaxPathBytes { get; set; } = 4096;

    /// <summary>Largest blob that is read, in bytes. Default 10 MiB, as the engine's own limit.</summary>
    public long MaxBlobBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>The limits for reading a mirror.</summary>
    internal GitLimits Reading => new() { CommandTimeout = CommandTimeout, MaxFiles = MaxFiles, MaxPathBytes = MaxPathBytes, MaxBlobBytes = MaxBlobBytes };
}
