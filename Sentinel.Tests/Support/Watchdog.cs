namespace Sentinel.Tests.Support;

/// <summary>
/// For hostile input: code that is not linear in its length runs for hours, and the test says so instead of hanging. The limit is
/// far above what a slow, busy machine needs and measures nothing.
/// </summary>
internal static class Watchdog
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs the code to its end and returns its result.</summary>
    public static T Ends<T>(Func<T> code)
    {
        var run = Task.Factory.StartNew(code, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return run.WaitAsync(Limit, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The code does not end: it was still running after {Limit.TotalMinutes} minutes.");
            throw;
        }
    }

    /// <summary>Runs the code to its end.</summary>
    public static void Ends(Action code) => Ends(() =>
    {
        code();
        return true;
    });
}
