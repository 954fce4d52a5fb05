using StackExchange.Redis;

namespace Sentinel.Data.Queue;

/// <summary>Wakes waiting workers of this process when a scan was queued, here or elsewhere.</summary>
internal sealed class QueueSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public QueueSignal(IConnectionMultiplexer redis)
    {
        // Fire and forget: the multiplexer subscribes again by itself whenever Redis comes back.
        redis.GetSubscriber().Subscribe(RedisDispatcher.Wake, (_, _) => Wake(), CommandFlags.FireAndForget);
    }

    /// <summary>Completes at the next wake-up after this call.</summary>
    public Task NextAsync() => Volatile.Read(ref _next).Task;

    public void Wake() =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
