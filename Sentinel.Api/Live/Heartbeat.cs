using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Sentinel.Api.Live;

/// <summary>Keeps a quiet stream alive: proxies close connections on which nothing moves.</summary>
internal static class Heartbeat
{
    public const string EventType = "heartbeat";

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The items of the source, and null whenever <paramref name="interval"/> passes without one. While Redis is away there are
    /// only heartbeats; when it is back the source is subscribed to again.
    /// </summary>
    public static async IAsyncEnumerable<T?> WithAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> subscribe, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await using var items = subscribe(stop.Token).GetAsyncEnumerator(stop.Token);
            Task<bool>? next = null;
            try
            {
                while (true)
                {
                    next ??= items.MoveNextAsync().AsTask();
                    var state = await WaitAsync(next, interval, cancellationToken);
                    if (state is Arrival.Lost) break;
                    if (state is Arrival.Ended) yield break;
                    if (state is Arrival.None)
                    {
                        yield return null;
                        continue;
                    }

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

            await Task.Delay(interval, cancellationToken);
            yield return null;
        }
    }

    private static async Task<Arrival> WaitAsync(Task<bool> next, TimeSpan interval, CancellationToken cancellationToken)
    {
        try
        {
            return await next.WaitAsync(interval, cancellationToken) ? Arrival.Item : Arrival.Ended;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return next.IsFaulted ? Arrival.Lost : Arrival.None;
        }
    }

    private enum Arrival { Item, None, Lost, Ended }
}
