using System.Collections.Concurrent;

namespace Sentinel.Aspire.Running;

/// <summary>
/// Starts all processes from one thread that lives as long as the app host. Linux delivers the parent-death signal when
/// the <em>thread</em> that forked ends, so a thread of the pool would take the children with it when the pool shrinks.
/// </summary>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action> Work = Start();

    public static Task RunAsync<T>(Func<T> action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e); // Handed to the caller, who awaits it.
            }
        });
        return done.Task;
    }

    private static BlockingCollection<Action> Start()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable()) action();
        })
        { IsBackground = true, Name = "process starter" }.Start();
        return work;
    }
}
