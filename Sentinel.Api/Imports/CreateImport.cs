using System.IO.Compression;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Scans;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Imports;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.Scanning.Imports;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Imports;

/// <summary>
/// <c>POST /api/v1/repositories/{id}/imports?ref=…&amp;commit=…&amp;category=…</c>: SARIF in the body, gzipped or not. It is read here, so that
/// whoever sends it learns what is wrong with it; a worker then puts it to the commit.
/// </summary>
internal static class CreateImport
{
    /// <summary>Largest body in bytes, as GitHub takes it gzipped.</summary>
    private const int MaxBody = 10 * 1024 * 1024;

    /// <summary>Largest file in bytes once it is unpacked.</summary>
    private const int MaxFile = 64 * 1024 * 1024;

    private const int MaxCategory = 200;

    /// <summary>Time in which an import that failed can be tried again from the dashboard.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private static readonly SemaphoreSlim Gate = new(2);

    [RequestSizeLimit(MaxBody)]
    public static async Task<Results<Accepted<ImportAccepted>, ValidationProblem, ProblemHttpResult>> Handle(
        Guid id, string? @ref, string? commit, string? category, HttpRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, ScanDispatch dispatch, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await db.Repositories.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id && row.Id != Repository.Heartbeat, cancellationToken) is not { } repository)
            return ProblemTypes.Missing("repository");
        if (commit is null || !GitRefs.IsCommit(commit)) return ProblemTypes.Invalid("commit", "Give the full id of the commit that was scanned.");
        if (ImportRef.Of(@ref) is not { } reference) return ProblemTypes.Invalid("ref", "Give the full name of the branch or pull request that was scanned, for instance refs/heads/main or refs/pull/7/head.");
        if (category is { Length: 0 or > MaxCategory }) return ProblemTypes.Invalid("category", $"A category has 1 to {MaxCategory} characters.");
        if (request.ContentLength > MaxBody) return TooLarge();

        IReadOnlyList<ImportedRun> runs;
        try
        {
            runs = await ReadAsync(request, category, cancellationToken);
        }
        catch (SarifException ex)
        {
            return ProblemTypes.Invalid("sarif", ex.Message);
        }
        catch (InvalidDataException)
        {
            return ProblemTypes.Invalid("sarif", "The body says it is gzipped, and is not.");
        }
        catch (FileTooLargeException)
        {
            return TooLarge();
        }

        var scan = NewScan(repository, reference, commit, time);
        db.Scans.Add(scan);
        db.SarifImports.Add(new SarifImport { ScanId = scan.Id, RepositoryId = id, Reporters = [.. runs.Select(r => r.Reporter)], Content = ImportContent.Pack(runs) });
        audit.Add(user.Login, "import.requested", "scan", scan.Id.ToString(), new { reporters = runs.Select(r => r.Reporter), scan.Ref, scan.CommitSha });
        await db.SaveChangesAsync(cancellationToken);
        await ForgetAsync(db, time.GetUtcNow(), cancellationToken);
        await dispatch.EnqueueAsync([scan.Id], cancellationToken);
        return TypedResults.Accepted(
            $"{ApiRoutes.Scans}/{scan.Id}",
            new ImportAccepted(scan.Id, id, scan.RequestId, [.. runs.Select(r => new ImportedTool(r.Tool, r.ToolVersion, r.Reporter, r.Results.Count, r.Ignored, r.Placeless))]));
    }

    private static async Task<IReadOnlyList<ImportedRun>> ReadAsync(HttpRequest request, string? category, CancellationToken cancellationToken)
    {
        // Each may take some hundred megabytes; webhooks come in through the same process.
        await Gate.WaitAsync(cancellationToken);
        try
        {
            return await UnpackAsync(request, category, cancellationToken);
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<IReadOnlyList<ImportedRun>> UnpackAsync(HttpRequest request, string? category, CancellationToken cancellationToken)
    {
        var isGzip = request.Headers.ContentEncoding.ToString().Equals("gzip", StringComparison.OrdinalIgnoreCase);
        await using var unpacked = isGzip ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        await using var bounded = new BoundedStream(unpacked, MaxFile);
        return await SarifReader.ReadAsync(bounded, category, cancellationToken);
    }

    private static Scan NewScan(Repository repository, string reference, string commit, TimeProvider time) => new()
    {
        RepositoryId = repository.Id,
        RequestId = RequestIdContext.Current ?? RequestIds.New(),
        TraceParent = System.Diagnostics.Activity.Current?.Id,
        Kind = ScanKind.Import,
        Lane = ScanLane.Push,
        Ref = reference,
        CommitSha = commit,
        QueuedAt = time.GetUtcNow(),
    };

    // What ended otherwise than as findings keeps its content for a while.
    private static Task<int> ForgetAsync(SentinelDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var old = now - Kept;
        return db.SarifImports.IgnoreQueryFilters().Where(row => row.Content != null && db.Scans.IgnoreQueryFilters().Any(scan => scan.Id == row.ScanId && scan.CompletedAt < old))
            .ExecuteUpdateAsync(row => row.SetProperty(item => item.Content, (byte[]?)null), cancellationToken);
    }

    private static ProblemHttpResult TooLarge() => ProblemTypes.Problem(
        StatusCodes.Status413PayloadTooLarge, ProblemTypes.TooLarge, $"A SARIF file has at most {MaxFile >> 20} MiB, sent gzipped at most {MaxBody >> 20} MiB. Leave out code flows and snippets, or give the runs in several files.");
}
