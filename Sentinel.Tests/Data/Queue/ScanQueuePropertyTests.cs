using CsCheck;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Queue;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Data.Queue;

/// <summary>
/// Any sequence of pushes, workers, faults and losses: no scan is lost, none is held twice, none ends twice, and no repository has
/// more running scans than allowed.
/// </summary>
public sealed class ScanQueuePropertyTests
{
    private const int Repositories = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private enum Step
    {
        Push,
        PushSameRef,
        Unannounced,
        Lease,
        Complete,
        Retry,
        Release,
        DeadLetter,
        Cancel,
        Requeue,
        Wait,
        Reconcile,
        Wipe,
        LoseWorker,
    }

    [Theory, BothServers]
    public async Task AnySequence_LosesNothingAndHoldsNothingTwice(RedisServer server)
    {
        var steps = Gen.Select(
            Gen.Frequency(
                (6, Gen.Const(Step.Push)), (3, Gen.Const(Step.PushSameRef)), (1, Gen.Const(Step.Unannounced)), (8, Gen.Const(Step.Lease)),
                (4, Gen.Const(Step.Complete)), (2, Gen.Const(Step.Retry)), (1, Gen.Const(Step.Release)), (1, Gen.Const(Step.DeadLetter)),
                (1, Gen.Const(Step.Cancel)), (1, Gen.Const(Step.Requeue)), (2, Gen.Const(Step.Wait)), (1, Gen.Const(Step.Reconcile)),
                (1, Gen.Const(Step.Wipe)), (1, Gen.Const(Step.LoseWorker))),
            Gen.Int[0, 999]).Array[5, 60];
        await using var host = await QueueHost.StartAsync(server);

        await steps.SampleAsync(sequence => new Run(host).PlayAsync(sequence), iter: 40, threads: 1);
    }

    /// <summary>One sequence; the queue is emptied at its end, so that runs can follow each other on one host.</summary>
    private sealed class Run(QueueHost host)
    {
        private readonly List<Guid> _repositories = [];
        private readonly List<Guid> _scans = [];
        private readonly List<ScanLease> _held = [];
        private readonly List<ScanLease> _lost = [];
        private readonly HashSet<Guid> _ended = [];

        public async Task PlayAsync((Step Step, int Pick)[] sequence)
        {
            for (var i = 0; i < Repositories; i++) _repositories.Add(await host.AddRepositoryAsync());
            foreach (var (step, pick) in sequence)
            {
                await PlayAsync(step, pick);
                await CheckAsync();
            }
            await DrainAsync();
        }

        private async Task PlayAsync(Step step, int pick)
        {
            var repository = _repositories[pick % Repositories];
            switch (step)
            {
                case Step.Push:
                    _scans.Add(await host.EnqueueAsync(repository, (ScanLane)(pick / 3 % 3)));
                    break;
                case Step.PushSameRef:
                    _scans.Add(await host.EnqueueAsync(repository, reference: "refs/heads/main"));
                    break;
                case Step.Unannounced:
                    _scans.Add(await host.AddScanAsync(repository));
                    break;
                case Step.Lease:
                    if (await host.LeaseAsync() is { } lease) _held.Add(lease);
                    break;
                case Step.Complete when Take(_held, pick) is { } held:
                    Ended(held, await host.CompleteAsync(held));
                    break;
                case Step.Retry when Take(_held, pick) is { } held:
                    await host.Queue.RetryAsync(held, TimeSpan.FromSeconds(pick % 40), "network", "again", Cancellation);
                    break;
                case Step.Release when Take(_held, pick) is { } held:
                    await host.Queue.ReleaseAsync(held, Cancellation);
                    break;
                case Step.DeadLetter when Take(_held, pick) is { } held:
                    await host.Queue.DeadLetterAsync(held, "broken", "broken", Cancellation);
                    break;
                case Step.Cancel when _scans.Count > 0:
                    await host.Queue.CancelAsync(_scans[pick % _scans.Count], Cancellation);
                    break;
                case Step.Requeue when _scans.Count > 0:
                    await host.Queue.RequeueAsync(_scans[pick % _scans.Count], Cancellation);
                    break;
                case Step.Wait:
                    host.Time.Advance(TimeSpan.FromSeconds(pick % 90));
                    break;
                case Step.Reconcile:
                    await host.Reconciler.ReconcileAsync(Cancellation);
                    break;
                case Step.Wipe:
                    await host.Redis.ExecuteAsync("FLUSHALL");
                    break;
                case Step.LoseWorker when Take(_held, pick) is { } held:
                    // It is still out there, and will try to write.
                    _lost.Add(held);
                    break;
                default:
                    break;
            }
        }

        private async Task CheckAsync()
        {
            await using var database = host.Database();
            var running = await database.Scans.AsNoTracking().Where(s => s.Status == ScanStatus.Running && _repositories.Contains(s.RepositoryId)).ToListAsync(Cancellation);
            Assert.All(running.GroupBy(s => s.RepositoryId), repository => Assert.InRange(repository.Count(), 1, 2));
            Assert.All(running, scan => Assert.Contains(_held.Concat(_lost), lease => lease.Token == scan.LeaseToken));
        }

        private async Task DrainAsync()
        {
            foreach (var held in _held.Concat(_lost)) Ended(held, await host.CompleteAsync(held));
            for (var idle = 0; idle < 2;)
            {
                if (await host.LeaseAsync() is { } lease)
                {
                    idle = 0;
                    Ended(lease, await host.CompleteAsync(lease));
                    continue;
                }
                idle++;
                host.Time.Advance(TimeSpan.FromMinutes(10));
                await host.Reconciler.ReconcileAsync(Cancellation);
            }
            await using var database = host.Database();
            var left = await database.Scans.AsNoTracking().Where(s => _scans.Contains(s.Id)).ToListAsync(Cancellation);
            Assert.Equal(_scans.Count, left.Count);
            Assert.All(left, scan => Assert.Contains(scan.Status, new[] { ScanStatus.Succeeded, ScanStatus.DeadLettered, ScanStatus.Cancelled, ScanStatus.Superseded }));
            Assert.All(left.Where(s => s.Status == ScanStatus.Succeeded), scan => Assert.Contains(scan.Id, _ended));
        }

        private void Ended(ScanLease lease, bool written)
        {
            if (written) Assert.True(_ended.Add(lease.ScanId), "The scan ended twice.");
        }

        private static ScanLease? Take(List<ScanLease> leases, int pick)
        {
            if (leases.Count == 0) return null;
            var taken = leases[pick % leases.Count];
            leases.Remove(taken);
            return taken;
        }
    }
}
