using System.Globalization;
using System.Net;

namespace Sentinel.GitHub.Http;

/// <summary>A time before which GitHub wants no request.</summary>
/// <param name="IsSecondary">Whether the pace was too high, rather than the hour's number used up.</param>
internal readonly record struct RateLimit(DateTimeOffset Until, bool IsSecondary);

/// <summary>One caller's rate limits, as GitHub's answers tell them.</summary>
/// <remarks>https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit</remarks>
internal sealed class RateLimits(TimeProvider time)
{
    /// <summary>What GitHub asks to wait when a secondary limit comes without a time; doubled each time it comes again.</summary>
    public static readonly TimeSpan SecondaryPause = TimeSpan.FromMinutes(1);

    private const int MaxDoublings = 4;

    // Resets are whole seconds.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _primary = new(StringComparer.Ordinal);
    private DateTimeOffset _secondary;
    private int _inARow;

    /// <summary>The limit that holds for a request now; null for none.</summary>
    public RateLimit? For(Uri url)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var primary = _primary.GetValueOrDefault(ResourceOf(url));
            if (_secondary > now && _secondary >= primary) return new RateLimit(_secondary, IsSecondary: true);
            return primary > now ? new RateLimit(primary, IsSecondary: false) : null;
        }
    }

    /// <summary>Learns from an answer.</summary>
    /// <param name="message">GitHub's words; empty for an answer that succeeded.</param>
    /// <returns>Whether the answer is a refusal because of a limit, in which case GitHub did not act.</returns>
    public bool Observe(Uri url, HttpResponseMessage answer, string message)
    {
        lock (_lock)
        {
            var refused = answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests;
            if (!refused && answer.IsSuccessStatusCode) _inARow = 0;
            if (Number(answer, "X-RateLimit-Remaining") == 0 && Number(answer, "X-RateLimit-Reset") is { } reset)
            {
                var until = ByOurClock(DateTimeOffset.FromUnixTimeSeconds(reset), answer);
                _primary[Text(answer, "X-RateLimit-Resource") ?? ResourceOf(url)] = until;
                // Whatever GitHub calls the limit that refused this request, it holds for requests of its kind.
                if (refused) _primary[ResourceOf(url)] = until;
                // A secondary limit may come with the last of the primary's requests; it is then known by its time.
                if (answer.Headers.RetryAfter is null) return refused;
            }
            if (!refused) return false;
            if (PauseOf(answer, message) is not { } pause) return false;
            var end = time.GetUtcNow() + pause;
            if (end > _secondary) _secondary = end;
            return true;
        }
    }

    private TimeSpan? PauseOf(HttpResponseMessage answer, string message)
    {
        if (answer.Headers.RetryAfter is { } after)
            return after.Delta ?? (after.Date is { } date ? ByOurClock(date, answer) - time.GetUtcNow() : SecondaryPause);
        if (answer.StatusCode != HttpStatusCode.TooManyRequests && !message.Contains("secondary rate limit", StringComparison.OrdinalIgnoreCase)
            && !message.Contains("abuse detection", StringComparison.OrdinalIgnoreCase)) return null;
        return SecondaryPause * Math.Pow(2, Math.Min(_inARow++, MaxDoublings));
    }

    // GitHub's times are by its own clock, which its answers tell.
    private DateTimeOffset ByOurClock(DateTimeOffset theirs, HttpResponseMessage answer)
    {
        var now = time.GetUtcNow();
        return now + (theirs - (answer.Headers.Date ?? now)) + Rounding;
    }

    // https://docs.github.com/en/rest/rate-limit/rate-limit: each resource has a limit of its own.
    private static string ResourceOf(Uri url) => url.AbsolutePath switch
    {
        var path when path.EndsWith("/graphql", StringComparison.Ordinal) => "graphql",
        var path when path.EndsWith("/code-scanning/sarifs", StringComparison.Ordinal) => "code_scanning_upload",
        _ => "core",
    };

    private static long? Number(HttpResponseMessage answer, string name) =>
        long.TryParse(Text(answer, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Text(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
