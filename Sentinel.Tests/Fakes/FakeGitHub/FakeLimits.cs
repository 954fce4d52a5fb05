using System.Globalization;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>The primary rate limit of each caller: 5,000 requests an hour unless a test says otherwise.</summary>
internal sealed class FakeLimits(Func<DateTimeOffset> now)
{
    public const string Message = "API rate limit exceeded for installation.";

    private const int Limit = 5000;

    private readonly Dictionary<string, (int Remaining, DateTimeOffset Reset)> _callers = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Requests that a caller has left in its hour.</summary>
    public int RemainingOf(string who)
    {
        lock (_lock) return Of(who).Remaining;
    }

    internal void Exhaust(FakeCaller caller, TimeSpan resetIn)
    {
        lock (_lock) _callers[caller.Name] = (0, now() + resetIn);
    }

    internal void Check(FakeCaller caller)
    {
        lock (_lock)
        {
            if (Of(caller.Name).Remaining <= 0) throw new FakeRefusal(403, Message);
        }
    }

    internal IEnumerable<(string Name, string Value)> HeadersFor(FakeCaller caller, bool counts)
    {
        lock (_lock)
        {
            var (remaining, reset) = Of(caller.Name);
            if (counts) _callers[caller.Name] = (remaining = Math.Max(remaining - 1, 0), reset);
            return
            [
                ("X-RateLimit-Limit", Text(Limit)), ("X-RateLimit-Remaining", Text(remaining)), ("X-RateLimit-Used", Text(Limit - remaining)),
                ("X-RateLimit-Reset", Text(reset.ToUnixTimeSeconds())), ("X-RateLimit-Resource", "core"),
            ];
        }
    }

    private (int Remaining, DateTimeOffset Reset) Of(string who)
    {
        if (!_callers.TryGetValue(who, out var state) || state.Reset <= now()) state = _callers[who] = (Limit, now() + TimeSpan.FromHours(1));
        return state;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
