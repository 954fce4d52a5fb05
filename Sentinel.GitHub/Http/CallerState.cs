using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Sentinel.GitHub.Http;

/// <summary>What is known about one caller between its requests.</summary>
/// <param name="Slots">Bounds its requests at a time.</param>
/// <param name="Limits">When GitHub wants its next request.</param>
internal sealed record CallerState(SemaphoreSlim Slots, RateLimits Limits);

/// <summary>The states of all callers; those that made no request for an hour, when every rate limit has passed, are forgotten.</summary>
internal sealed class CallerStates(IOptions<GitHubOptions> options, TimeProvider time) : IDisposable
{
    private static readonly MemoryCacheEntryOptions Kept = new() { SlidingExpiration = TimeSpan.FromHours(1) };

    private readonly MemoryCache _states = new(new MemoryCacheOptions());
    private readonly Lock _lock = new();

    public CallerState Of(GitHubCaller caller)
    {
        if (_states.TryGetValue(caller.LimitKey, out CallerState? known)) return known!;
        lock (_lock)
        {
            if (_states.TryGetValue(caller.LimitKey, out known)) return known!;
            var slots = options.Value.MaxConcurrentRequests;
            return _states.Set(caller.LimitKey, new CallerState(new SemaphoreSlim(slots, slots), new RateLimits(time)), Kept);
        }
    }

    public void Dispose() => _states.Dispose();
}
