using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Outbox;
using Sentinel.Data.Scans;
using Sentinel.Tests.Data.Queue;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Data;

/// <summary>No change of a scan's status is without its message to GitHub, whichever statement made it.</summary>
public sealed class ScanFeedbackTests : IAsyncLifetime
{
    private const string Head = "1111111111111111111111111111111111111111";

    private QueueHost _host = null!;
    private Guid _repository;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await QueueHost.StartAsync(RedisServer.Garnet);
        _repository = await _host.AddRepositoryAsync();
        await InstallAsync(7);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Scan_QueuedStartedAndCompleted_WritesAMessageEachTime()
    {
        var id = await AddAsync();
        Assert.Equal(["github.check"], await TakeAsync());

        await _host.Queue.EnqueueAsync([id], Token);
        Assert.Empty(await TakeAsync());
        var lease = await _host.MustLeaseAsync();
        Assert.Equal(["github.check"], await TakeAsync());
        await _host.Queue.RenewAsync(lease, Token);
        Assert.Empty(await TakeAsync());
        await _host.CompleteAsync(lease);
        Assert.Equal(["github.check"], await TakeAsync());
    }

    [Fact]
    public async Task PullRequestScan_Completed_AlsoWritesAReview()
    {
        var id = await AddAsync(pullRequest: 12);
        await _host.Queue.EnqueueAsync([id], Token);
        var lease = await _host.MustLeaseAsync();
        await TakeAsync();

        await _host.CompleteAsync(lease, ScanStatus.Partial);

        await using var database = _host.Database();
        var review = await database.Outbox.SingleAsync(m => m.Kind == OutboxMessage.GitHubReview, Token);
        var scan = await _host.ScanAsync(id);
        Assert.Equal(
            ($"{_repository}:pull:12", $$"""{"number": 12, "repositoryId": "{{_repository}}"}""", scan.RequestId, OutboxStatus.Pending, scan.CompletedAt),
            (review.AggregateKey, review.Payload, review.RequestId, review.Status, (DateTimeOffset?)review.NextAttemptAt));
        Assert.Equal($"{_repository}:{Head}", (await database.Outbox.SingleAsync(m => m.Kind == OutboxMessage.GitHubCheck && m.Status == OutboxStatus.Pending, Token)).AggregateKey);
        Assert.Equal(7, review.Id.Version);
    }

    [Fact]
    public async Task Scan_RetriedReleasedCancelledGivenUpAndRequeued_WritesAMessageEachTime()
    {
        var id = await AddAsync();
        await _host.Queue.EnqueueAsync([id], Token);
        await TakeAsync();

        await StepAsync(async () => await _host.Queue.RetryAsync(await LeaseAsync(), TimeSpan.Zero, "fault", "It failed.", Token));
        await StepAsync(async () => await _host.Queue.ReleaseAsync(await LeaseAsync(), Token));
        await StepAsync(async () => await _host.Queue.DeadLetterAsync(await LeaseAsync(), "fault", "It failed.", Token));
        await StepAsync(() => _host.Queue.RequeueAsync(id, Token));
        await StepAsync(() => _host.Queue.CancelAsync(id, Token));
    }

    [Fact]
    public async Task Scan_SupersededOrLostItsWorker_WritesAMessage()
    {
        var first = await AddAsync(pullRequest: 3);
        await _host.Queue.EnqueueAsync([first], Token);
        var second = await AddAsync(pullRequest: 3, head: Head.Replace('1', '2'));
        await TakeAsync();

        await _host.Queue.EnqueueAsync([second], Token);
        Assert.Equal(ScanStatus.Superseded, (await _host.ScanAsync(first)).Status);
        Assert.Equal(["github.check"], await TakeAsync());

        await _host.MustLeaseAsync();
        await TakeAsync();
        _host.Time.Advance(TimeSpan.FromMinutes(5));
        await _host.Reconciler.ReconcileAsync(Token);
        Assert.Equal(ScanStatus.Queued, (await _host.ScanAsync(second)).Status);
        Assert.Equal(["github.check"], await TakeAsync());
    }

    [Fact]
    public async Task Scan_WithoutInstallationCommitOrCheck_WritesNothing()
    {
        await AddAsync(kind: ScanKind.History);
        await AddAsync(head: null);
        await InstallAsync(null);
        await AddAsync();

        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task Scan_TransactionIsRolledBack_WritesNothing()
    {
        var id = await AddAsync();
        await _host.Queue.EnqueueAsync([id], Token);
        var lease = await _host.MustLeaseAsync();
        await TakeAsync();

        await Assert.ThrowsAsync<TimeoutException>(() => _host.Queue.CompleteAsync(lease, (_, _, _) => throw new TimeoutException(), Token));

        Assert.Empty(await TakeAsync());
    }

    private async Task StepAsync(Func<Task<bool>> step)
    {
        Assert.True(await step());
        Assert.Equal(["github.check"], await TakeAsync());
    }

    // A retried scan waits for its time.
    private async Task<Sentinel.Data.Queue.ScanLease> LeaseAsync()
    {
        _host.Time.Advance(TimeSpan.FromSeconds(1));
        var lease = await _host.MustLeaseAsync();
        await TakeAsync();
        return lease;
    }

    private async Task<Guid> AddAsync(int? pullRequest = null, string? head = Head, ScanKind? kind = null)
    {
        var scan = new Scan
        {
            Id = Guid.CreateVersion7(_host.Time.NextStamp()),
            RepositoryId = _repository,
            RequestId = $"request-{Guid.NewGuid():N}",
            Kind = kind ?? (pullRequest is null ? ScanKind.Push : ScanKind.PullRequest),
            Lane = ScanLane.Interactive,
            Ref = pullRequest is null ? "refs/heads/main" : $"refs/pull/{pullRequest}/head",
            CommitSha = head,
            PullRequestNumber = pullRequest,
            QueuedAt = _host.Time.GetUtcNow(),
        };
        await using var database = _host.Database();
        database.Scans.Add(scan);
        await database.SaveChangesAsync(Token);
        return scan.Id;
    }

    private async Task InstallAsync(long? installation)
    {
        await using var database = _host.Database();
        await database.Repositories.Where(r => r.Id == _repository).ExecuteUpdateAsync(
            r => r.SetProperty(x => x.GitHubId, 99).SetProperty(x => x.InstallationId, installation), Token);
    }

    /// <summary>The kinds of the messages that are waiting, which are done then.</summary>
    private async Task<string[]> TakeAsync()
    {
        await using var database = _host.Database();
        var waiting = await database.Outbox.Where(m => m.Status == OutboxStatus.Pending).Select(m => m.Kind).Order().ToArrayAsync(Token);
        await database.Outbox.ExecuteUpdateAsync(m => m.SetProperty(x => x.Status, OutboxStatus.Done), Token);
        return waiting;
    }
}
