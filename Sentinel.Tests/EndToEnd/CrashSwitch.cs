using Sentinel.Contracts.Live;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Queue;

namespace Sentinel.Tests.EndToEnd;

/// <summary>
/// Ends a process in the middle of what it does: after so many requests to GitHub, before or after GitHub acted, or after so many steps
/// of a scan, the last of which lie inside the transaction that ends it. What the process had not stored is gone then.
/// </summary>
internal sealed class CrashSwitch
{
    private Action? _end;
    private int _requests;
    private int _steps;
    private bool _afterActing;

    /// <summary>Crashes so far.</summary>
    public int Crashes { get; private set; }

    /// <summary>A new process.</summary>
    /// <param name="requests">Requests until it ends; <see cref="int.MaxValue"/> for never.</param>
    /// <param name="steps">Steps of a scan until it ends; <see cref="int.MaxValue"/> for never.</param>
    public CancellationTokenSource Begin(int requests, int steps, bool afterActing)
    {
        var life = new CancellationTokenSource();
        (_requests, _steps, _afterActing) = (requests, steps, afterActing);
        _end = () =>
        {
            life.Cancel();
            throw new OperationCanceledException(life.Token);
        };
        return life;
    }

    private void Crash()
    {
        Crashes++;
        _end?.Invoke();
    }

    /// <summary>Counts requests.</summary>
    public sealed class Requests(CrashSwitch crash) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var ends = crash._end is not null && crash._requests-- == 0;
            if (ends && !crash._afterActing) crash.Crash();
            var answer = await base.SendAsync(request, cancellationToken);
            if (ends) crash.Crash();
            return answer;
        }
    }

    /// <summary>Counts steps of scans.</summary>
    public sealed class Steps(CrashSwitch crash) : IScanProgressBus
    {
        public Task PublishAsync(ScanProgress progress, CancellationToken cancellationToken)
        {
            if (crash._end is not null && crash._steps-- == 0) crash.Crash();
            return Task.CompletedTask;
        }

        public Task PublishAsync(LiveEvent liveEvent, CancellationToken cancellationToken) => Task.CompletedTask;

        public IAsyncEnumerable<ScanProgress> SubscribeAsync(Guid scanId, CancellationToken cancellationToken) => AsyncEnumerable.Empty<ScanProgress>();

        public IAsyncEnumerable<LiveEvent> SubscribeAllAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<LiveEvent>();
    }
}
