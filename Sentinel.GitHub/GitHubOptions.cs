using System.ComponentModel.DataAnnotations;

namespace Sentinel.GitHub;

/// <summary>How Sentinel behaves as GitHub's guest.</summary>
public sealed class GitHubOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "GitHub";

    /// <summary>Requests of one installation, or of the App itself, at a time, 1 to 100. Default 4; GitHub asks for few and allows 100.</summary>
    /// <remarks>https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits</remarks>
    [Range(1, 100)]
    public int MaxConcurrentRequests { get; set; } = 4;

    /// <summary>
    /// Longest time a request waits for a rate limit to pass, 0 to 15 minutes. Default 1 minute; a longer limit fails at once and says until when.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:15:00")]
    public TimeSpan MaxRateLimitWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Tries after the first that a request which may be repeated gets, 0 to 10. Default 3.</summary>
    [Range(0, 10)]
    public int MaxRetries { get; set; } = 3;

    /// <summary>Pause before the first retry, 0 to 1 minute; it doubles, and varies at random. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time one try may take, 1 second to 5 minutes. Default 30 seconds; GitHub itself gives up after 10.</summary>
    /// <remarks>https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts</remarks>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of answers that are kept to be asked for by their ETag, which costs nothing of the rate limit while they are unchanged. Default 16 MiB; 0 keeps none.</summary>
    /// <remarks>https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate</remarks>
    [Range(0, int.MaxValue)]
    public int MaxCachedBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Largest answer that is read, in bytes. Default 32 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxAnswerBytes { get; set; } = 32 * 1024 * 1024;
}
