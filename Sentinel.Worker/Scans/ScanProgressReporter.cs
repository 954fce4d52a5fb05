using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Queue;
using Sentinel.Data.Scans;
using Sentinel.Scanning;

namespace Sentinel.Worker.Scans;

/// <summary>Tells the dashboard which phase a scan is in and how far it got, and times the phases.</summary>
internal sealed class ScanProgressReporter(
    Scan scan, IScanProgressBus bus, IDbContextFactory<SentinelDbContext> databases, WorkerTelemetry telemetry, TimeProvider time) : IProgress<ScanProgressSample>, IDisposable
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(250);

    private readonly List<PhaseTiming> _phases = [];
    private ScanPhase _phase = ScanPhase.Waiting;
    private DateTimeOffset _phaseStarted;
    private long _phaseTimestamp;
    private Activity? _span;
    private long _lastReport;
    private int _done;
    private int _total;

    /// <summary>The phases that have ended.</summary>
    public IReadOnlyList<PhaseTiming> Phases => _phases;

    /// <summary>Ends the current phase and begins the next.</summary>
    public async Task BeginAsync(ScanPhase phase, CancellationToken cancellationToken)
    {
        Start(phase);
        await StoreAsync(cancellationToken);
        await PublishAsync(ScanStatus.Running, cancellationToken);
    }

    /// <summary>
    /// Ends the last phase and begins the next while the caller's transaction holds the scan's row: storing the phase over another
    /// connection would wait for that row until the command times out.
    /// </summary>
    public Task BeginHeldAsync(ScanPhase phase, CancellationToken cancellationToken)
    {
        Start(phase);
        return PublishAsync(ScanStatus.Running, cancellationToken);
    }

    /// <summary>Ends the last phase.</summary>
    public void End()
    {
        _span?.Dispose();
        _span = null;
        if (_phase is ScanPhase.Waiting or ScanPhase.Done) return;
        var elapsed = time.GetElapsedTime(_phaseTimestamp);
        _phases.Add(new PhaseTiming(_phase, _phaseStarted, elapsed.TotalMilliseconds));
        telemetry.Phase(_phase, elapsed);
        _phase = ScanPhase.Done;
    }

    private void Start(ScanPhase phase)
    {
        End();
        (_phase, _phaseStarted, _phaseTimestamp) = (phase, time.GetUtcNow(), time.GetTimestamp());
        _span = WorkerTelemetry.Source.StartActivity($"scan.{phase.ToString().ToLowerInvariant()}");
    }

    /// <summary>Called by the engine from several threads; passed on a few times a second at most.</summary>
    public void Report(ScanProgressSample value)
    {
        (_done, _total) = (value.FilesDone, value.FilesTotal);
        var last = Interlocked.Read(ref _lastReport);
        var now = time.GetTimestamp();
        if (last != 0 && time.GetElapsedTime(last, now) < MinInterval) return;
        if (Interlocked.CompareExchange(ref _lastReport, now, last) == last) _ = PublishAsync(ScanStatus.Running, CancellationToken.None);
    }

    /// <summary>A reporter of a part of the files.</summary>
    /// <param name="files">Files that are done without being looked at.</param>
    public IProgress<ScanProgressSample> Offset(int files) => new Part(this, files);

    /// <summary>Tells the end.</summary>
    public Task PublishAsync(ScanStatus status, CancellationToken cancellationToken) => bus.PublishAsync(
        new ScanProgress(scan.Id, scan.RepositoryId, scan.RequestId, status, status == ScanStatus.Running ? _phase : ScanPhase.Done, _done, _total, 0, time.GetUtcNow()),
        cancellationToken);

    public void Dispose() => _span?.Dispose();

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Scans.Where(s => s.Id == scan.Id && s.Status == ScanStatus.Running).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.Phase, _phase).SetProperty(x => x.FilesDone, _done).SetProperty(x => x.FilesTotal, _total), cancellationToken);
    }

    private sealed class Part(ScanProgressReporter whole, int files) : IProgress<ScanProgressSample>
    {
        public void Report(ScanProgressSample value) => whole.Report(new ScanProgressSample(value.FilesDone + files, value.FilesTotal + files));
    }
}
