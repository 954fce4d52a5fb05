using System.Collections.Concurrent;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>What goes wrong with a request.</summary>
internal abstract record FakeFault
{
    private FakeFault()
    {
    }

    /// <summary>An answer with this status.</summary>
    /// <param name="AfterActing">Whether what was asked is done all the same.</param>
    public sealed record Status(int Code, string Message = "Server Error", bool AfterActing = false) : FakeFault
    {
        public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
    }

    /// <summary>The connection is reset.</summary>
    /// <param name="AfterActing">Whether what was asked is done all the same.</param>
    public sealed record Reset(bool AfterActing = false) : FakeFault;

    /// <summary>The answer comes when the task ends, and what was asked is done then; never, when the caller gives up before.</summary>
    public sealed record Slow(Task Until) : FakeFault;

    /// <summary>The pace is too high.</summary>
    /// <param name="RetryAfter">In whole seconds; null to say it in the message alone.</param>
    public sealed record SecondaryLimit(TimeSpan? RetryAfter) : FakeFault
    {
        /// <summary>403 or 429: GitHub uses both.</summary>
        public int Code { get; init; } = 403;
    }

    /// <summary>The hour's requests are used up.</summary>
    public sealed record PrimaryLimit(TimeSpan ResetIn) : FakeFault;

    /// <summary>The credential of the request, and every other of its installation, is revoked before it is looked at.</summary>
    public sealed record RevokeToken : FakeFault;
}

/// <summary>The faults that are still to come, in order.</summary>
internal sealed class FakeFaults
{
    private readonly ConcurrentQueue<(string Method, string Path, FakeFault Fault)> _next = new();
    private readonly Lock _lock = new();

    /// <summary>Faults that no request has met yet.</summary>
    public int Count => _next.Count;

    /// <summary>Lets the next requests that match fail.</summary>
    /// <param name="method">Such as POST; <c>*</c> for any.</param>
    /// <param name="path">Such as <c>/repos/acme/shop/check-runs</c>, or its beginning before a <c>*</c>.</param>
    /// <param name="times">How many of them.</param>
    public void Next(string method, string path, FakeFault fault, int times = 1)
    {
        for (var i = 0; i < times; i++) _next.Enqueue((method, path, fault));
    }

    internal FakeFault? Take(string method, string path)
    {
        lock (_lock)
        {
            FakeFault? found = null;
            for (var count = _next.Count; count > 0 && _next.TryDequeue(out var entry); count--)
            {
                if (found is null && (entry.Method == "*" || entry.Method == method) && Matches(entry.Path, path)) found = entry.Fault;
                else _next.Enqueue(entry);
            }
            return found;
        }
    }

    private static bool Matches(string pattern, string path) =>
        pattern.EndsWith('*') ? path.StartsWith(pattern[..^1], StringComparison.Ordinal) : path == pattern;
}
