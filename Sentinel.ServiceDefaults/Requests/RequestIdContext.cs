using System.Diagnostics;

namespace Sentinel.ServiceDefaults.Requests;

/// <summary>The request ID of the current flow of execution.</summary>
public static class RequestIdContext
{
    private static readonly AsyncLocal<string?> Ambient = new();

    /// <summary>The current request ID; null outside of a request.</summary>
    public static string? Current => Ambient.Value ?? Activity.Current?.GetBaggageItem(RequestIds.BaggageKey);

    /// <summary>
    /// Sets the request ID until the result is disposed, and marks the current activity with it. Call it after starting the activity
    /// that belongs to the request.
    /// </summary>
    /// <exception cref="ArgumentException">The identifier is not valid.</exception>
    public static IDisposable Use(string requestId)
    {
        if (!RequestIds.IsValid(requestId)) throw new ArgumentException("The request ID is not valid.", nameof(requestId));

        var previous = Ambient.Value;
        Ambient.Value = requestId;
        Activity.Current?.SetTag(RequestIds.BaggageKey, requestId);
        Activity.Current?.SetBaggage(RequestIds.BaggageKey, requestId);
        return new Restore(previous);
    }

    private sealed class Restore(string? previous) : IDisposable
    {
        public void Dispose() => Ambient.Value = previous;
    }
}
