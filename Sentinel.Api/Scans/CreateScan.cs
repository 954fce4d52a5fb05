using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Repositories;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Outbox;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Scans;

/// <summary><c>POST /api/v1/scans</c>: a person asks for a scan by address.</summary>
internal static class CreateScan
{
    private const int MaxIdempotencyKey = 200;

    public static async Task<Results<Accepted<ScanAccepted>, ValidationProblem, ProblemHttpResult>> Handle(
        CreateScanRequest request, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, CurrentUser user,
        CloneUrlPolicy policy, SentinelDbContext db, AuditTrail audit, ScanDispatch dispatch, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!CloneUrl.TryParse(request.Url, policy, out var url, out var error))
            return TypedResults.ValidationProblem(
                new Dictionary<string, string[]>(StringComparer.Ordinal) { ["url"] = [error] }, type: ProblemTypes.RefusedUrl);
        var name = string.IsNullOrWhiteSpace(request.Ref) ? null : request.Ref.Trim();
        if (name is not null && !GitRefs.IsSafeName(name))
            return ProblemTypes.Invalid("ref", "That is not the name of a branch, of a tag, or a full commit id.");
        if (idempotencyKey is { Length: 0 or > MaxIdempotencyKey })
            return ProblemTypes.Invalid("Idempotency-Key", $"The key has 1 to {MaxIdempotencyKey} characters.");

        if (await RepositoryAsync(db, url, time.GetUtcNow(), cancellationToken) is not { } repository)
            return ProblemTypes.Missing("repository that you may see; an administrator can scan any address");
        var scan = NewScan(repository, name, time);
        db.Scans.Add(scan);
        var memory = idempotencyKey is null ? null : Remember(scan, user.Login, idempotencyKey, time);
        if (memory is not null) db.Outbox.Add(memory);
        audit.Add(user.Login, "scan.requested", "scan", scan.Id.ToString(), new { url = url.Url, scan.Ref });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (memory is not null && DatabaseFaults.IsUniqueViolation(exception))
        {
            return await RepeatedAsync(db, scan, memory.IdempotencyKey, cancellationToken);
        }

        await dispatch.EnqueueAsync([scan.Id], cancellationToken);
        return Answer(scan);
    }

    // Whoever sees a part of the repositories starts scans of that part: an address must not become a way to look at another's code.
    private static async Task<Repository?> RepositoryAsync(SentinelDbContext db, CloneUrl url, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.View.SeesAll
            ? await RepositoryUpsert.ByCloneUrlAsync(db, url, now, cancellationToken)
            : await db.Repositories.AsNoTracking().FirstOrDefaultAsync(row => row.CloneUrl == url.Url && row.GitHubId != null, cancellationToken);

    private static Scan NewScan(Repository repository, string? name, TimeProvider time)
    {
        var isCommit = name is not null && GitRefs.IsCommit(name);
        return new Scan
        {
            RepositoryId = repository.Id,
            RequestId = RequestIdContext.Current ?? RequestIds.New(),
            TraceParent = System.Diagnostics.Activity.Current?.Id,
            Kind = ScanKind.Manual,
            Lane = ScanLane.Interactive,
            Ref = name ?? (repository.DefaultBranch is { } branch ? $"refs/heads/{branch}" : "HEAD"),
            CommitSha = isCommit ? name : null,
            QueuedAt = time.GetUtcNow(),
        };
    }

    // The same key must mean the same scan: the first answer is given again, a different question under it is refused.
    private static async Task<Results<Accepted<ScanAccepted>, ValidationProblem, ProblemHttpResult>> RepeatedAsync(
        SentinelDbContext db, Scan wanted, string key, CancellationToken cancellationToken)
    {
        var scanId = Guid.Parse(await db.Outbox.Where(message => message.IdempotencyKey == key)
            .Select(message => message.AggregateKey).SingleAsync(cancellationToken));
        var first = await db.Scans.AsNoTracking().SingleAsync(scan => scan.Id == scanId, cancellationToken);
        return first.RepositoryId == wanted.RepositoryId && first.Ref == wanted.Ref
            ? Answer(first)
            : ProblemTypes.Problem(
                StatusCodes.Status409Conflict, ProblemTypes.Conflict, "The idempotency key was used for another repository or ref.");
    }

    private static Accepted<ScanAccepted> Answer(Scan scan) =>
        TypedResults.Accepted($"{ApiRoutes.Scans}/{scan.Id}", new ScanAccepted(scan.Id, scan.RepositoryId, scan.RequestId));

    // The outbox's unique key is the memory: a message that is done at once, in the transaction of its scan.
    private static OutboxMessage Remember(Scan scan, string login, string key, TimeProvider time) => new()
    {
        Kind = "scan.requested",
        AggregateKey = scan.Id.ToString(),
        IdempotencyKey = "scan.requested:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{login}\n{key}"))),
        RepositoryId = scan.RepositoryId,
        Payload = "{}",
        Status = OutboxStatus.Done,
        NextAttemptAt = time.GetUtcNow(),
        CreatedAt = time.GetUtcNow(),
        ProcessedAt = time.GetUtcNow(),
        RequestId = scan.RequestId,
    };
}
