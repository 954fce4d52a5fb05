using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Queue;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Worker.Exposure;
using Sentinel.Worker.Findings;
using Finding = Sentinel.Data.Findings.Finding;
using SecretCommit = Sentinel.Data.Exposure.SecretCommit;
using SecretExposure = Sentinel.Data.Exposure.SecretExposure;

namespace Sentinel.Tests.Worker;

/// <summary>Repositories that are pushed to and scanned, and the one secret that each leaks.</summary>
internal sealed class ExposureBench(WorkerFixture worker)
{
    /// <summary>When every push was received.</summary>
    public static readonly DateTimeOffset Received = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<(TestRepository Source, Repository Repository, string First)> ScannedAsync(string name)
    {
        var source = worker.GitHub.Create(name);
        var first = source.Commit("Begin", ("readme.md", "A shop"));
        var repository = await worker.AddRepositoryAsync(name);
        await worker.ScanAsync(repository, first);
        return (source, repository, first);
    }

    public async Task<Scan> PushAsync(Repository repository, string reference, string? before, string after)
    {
        var scan = ScanOf(repository, reference, before, after, await DeliveryAsync());
        await RunAsync(scan);
        return await worker.EndOfAsync(scan.Id);
    }

    public async Task RunAsync(params Scan[] scans)
    {
        await using var database = worker.Database();
        database.Scans.AddRange(scans);
        await database.SaveChangesAsync(Cancellation);
        await worker.Services.GetRequiredService<IScanQueue>().EnqueueAsync([.. scans.Where(s => s.Status == ScanStatus.Queued).Select(s => s.Id)], Cancellation);
        foreach (var scan in scans) await worker.EndOfAsync(scan.Id);
        // The refs are compared after the scan was written.
        await worker.UntilAsync(async d => !await d.SecretExposures.AnyAsync(e => e.RepositoryId == scans[0].RepositoryId && e.RefsCompared < e.RefsAsked, Cancellation), "the refs compared");
    }

    public static Scan ScanOf(
        Repository repository, string reference, string? before, string? after, Guid delivery, ScanKind kind = ScanKind.Push, string? target = null) => new()
        {
            RepositoryId = repository.Id,
            DeliveryId = delivery,
            RequestId = Guid.NewGuid().ToString(),
            Kind = kind,
            Lane = ScanLane.Push,
            Ref = reference,
            CommitSha = after,
            BeforeSha = before,
            BaseSha = target,
            QueuedAt = TimeProvider.System.GetUtcNow(),
        };

    public async Task<Guid> DeliveryAsync()
    {
        var delivery = new Delivery
        {
            DeliveryId = Guid.NewGuid().ToString(),
            Event = "push",
            RequestId = Guid.NewGuid().ToString(),
            Payload = [],
            ReceivedAt = Received,
            Outcome = DeliveryOutcome.Accepted,
        };
        await using var database = worker.Database();
        database.Deliveries.Add(delivery);
        await database.SaveChangesAsync(Cancellation);
        return delivery.Id;
    }

    public async Task<(Finding Finding, SecretExposure Exposure)> SecretAsync(Repository repository)
    {
        var finding = Assert.Single(await worker.FindingsAsync(repository));
        await using var database = worker.Database();
        var exposure = await database.SecretExposures.AsNoTracking().SingleAsync(e => e.FindingId == finding.Id, Cancellation);
        Assert.Equal(exposure.CommitsTotal, await database.SecretCommits.CountAsync((SecretCommit c) => c.FindingId == finding.Id, Cancellation));
        return (finding, exposure);
    }
}
