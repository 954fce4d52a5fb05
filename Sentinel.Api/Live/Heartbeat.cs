using System.Runtime.CompilerServices;

namespace Sentinel.Api.Live;

/// <summary>Keeps a quiet stream alive: proxies close connections on which nothing moves.</summary>
internal static class Heartbeat
{
    public const string EventType = "heartbeat";

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>The items of the source, and null whenever <paramref name="interval"/> passes without one.</summary>
    public static async IAsyncEnumerable<T?> WithAsync<T>(
        IAsyncEnumerable<T> source, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var items = source.GetAsyncEnumerator(stop.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= items.MoveNextAsync().AsTask();
                if (!await ArrivesAsync(next, interval, cancellationToken))
                {
                    yield return null;
                    continue;
                }

                if (!await next) yield break;
                next = null;
                yield return items.Current;
            }
        }
        finally
        {
            // The enumerator may be disposed only when no read is pending.
            await stop.CancelAsync();
            if (next is not null) await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static async Task<bool> ArrivesAsync(Task next, TimeSpan interval, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(interval, cancellationToken);
            return true;
        }
        catch (TimeoutException) when (!next.IsFaulted)
        {
            return false;
        }
    }
}
