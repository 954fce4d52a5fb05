using Microsoft.EntityFrameworkCore;
using Npgsql;
using Sentinel.Api.Repositories;
using Sentinel.Api.Scans;
using Sentinel.Api.Webhooks;
using Sentinel.Api.Webhooks.Events;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Scans;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Sweeps;

/// <summary>
/// Compares what GitHub has with what was scanned: repositories that came, went, moved or were archived, and heads of default branches and
/// open pull requests that nobody scanned. Webhooks say all of this; here nothing rests on every one of them having been sent.
/// </summary>
internal sealed partial class ReconciliationSweep(
    GitHubClients clients, NpgsqlDataSource dataSource, IDbContextFactory<SentinelDbContext> databases, RepositoryReader reader, ScanDispatch dispatch, TimeProvider time,
    ILogger<ReconciliationSweep> logger)
{
    public async Task<SweepResult> RunAsync(CancellationToken cancellationToken)
    {
        var installations = await clients.App.ListAsync<Installation>("app/installations", member: null, cancellationToken).ToListAsync(cancellationToken);
        var total = new SweepResult(0, 0, 0);
        foreach (var installation in installations.Where(i => i.SuspendedAt is null))
        {
            try
            {
                total = Sum(total, await OfInstallationAsync(installation.Id, cancellationToken));
            }
            catch (GitHubException ex) when (ex is GitHubNotFoundException or GitHubForbiddenException)
            {
                // Removed or suspended a moment ago: its event is on the way.
                LogSkipped($"installation {installation.Id}", ex.Message);
                total = total with { GivenUp = total.GivenUp + 1 };
            }
        }
        await UninstallAsync(installations.Select(i => i.Id), cancellationToken);
        return total;
    }

    private async Task<SweepResult> OfInstallationAsync(long id, CancellationToken cancellationToken)
    {
        var connection = clients.ForInstallation(id);
        var listed = await connection.ListAsync<Repository>("installation/repositories", "repositories", cancellationToken).ToListAsync(cancellationToken);
        var rows = await StoreAsync(id, listed, cancellationToken);
        var total = new SweepResult(0, 0, 0);
        foreach (var repository in listed.Where(r => rows.ContainsKey(r.Id) && r is { Archived: false, Disabled: false }))
        {
            try
            {
                total = Sum(total, await OfRepositoryAsync(connection, repository, rows[repository.Id], cancellationToken));
            }
            catch (GitHubException ex) when (!ex.IsTransient)
            {
                LogSkipped(repository.FullName, ex.Message);
                total = total with { GivenUp = total.GivenUp + 1 };
            }
        }
        return total;
    }

    private async Task<SweepResult> OfRepositoryAsync(GitHubConnection connection, Repository repository, Guid row, CancellationToken cancellationToken)
    {
        var heads = new List<Head>();
        if (await DefaultHeadAsync(connection, repository, cancellationToken) is { } main) heads.Add(main);
        await foreach (var pull in connection.ListAsync<PullRequest>($"repos/{repository.FullName}/pulls?state=open", member: null, cancellationToken))
            heads.Add(new Head(ScanKind.PullRequest, PullRequestRef.HeadOf(pull.Number), pull.Head.Sha, pull.Base.Sha, pull.Number));

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var commits = heads.Select(h => h.CommitSha).ToArray();
        var seen = await database.Scans.Where(s => s.RepositoryId == row && commits.Contains(s.CommitSha) && s.Kind != ScanKind.History && s.Kind != ScanKind.Dropped && s.Kind != ScanKind.Import)
            .Select(s => new { s.Ref, s.CommitSha }).Distinct().ToListAsync(cancellationToken);
        var scans = heads.Where(h => !seen.Any(s => s.Ref == h.Ref && s.CommitSha == h.CommitSha)).Select(h => new Scan
        {
            RepositoryId = row,
            RequestId = RequestIds.New(),
            Kind = h.Kind,
            Lane = ScanLane.Background,
            Ref = h.Ref,
            CommitSha = h.CommitSha,
            BaseSha = h.BaseSha,
            PullRequestNumber = h.Number,
            QueuedAt = time.GetUtcNow(),
        }).ToArray();
        if (scans.Length == 0) return new SweepResult(heads.Count, 0, 0);

        database.Scans.AddRange(scans);
        await database.SaveChangesAsync(cancellationToken);
        await dispatch.EnqueueAsync([.. scans.Select(s => s.Id)], cancellationToken);
        LogQueued(scans.Length, repository.FullName);
        return new SweepResult(heads.Count, scans.Length, 0);
    }

    private static async Task<Head?> DefaultHeadAsync(GitHubConnection connection, Repository repository, CancellationToken cancellationToken)
    {
        try
        {
            var commit = await connection.GetAsync<Commit>($"repos/{repository.FullName}/commits/{Uri.EscapeDataString($"heads/{repository.DefaultBranch}")}", cancellationToken);
            return new Head(ScanKind.Push, $"refs/heads/{repository.DefaultBranch}", commit.Sha, null, null);
        }
        catch (GitHubException ex) when (ex is GitHubNotFoundException or GitHubRejectedException)
        {
            // An empty repository names a default branch that it does not have.
            return null;
        }
    }

    private async Task<IReadOnlyDictionary<long, Guid>> StoreAsync(long installation, List<Repository> listed, CancellationToken cancellationToken)
    {
        var facts = listed.Select(r => reader.Read(r.Id, r.FullName, r.Private, installation) with { DefaultBranch = r.DefaultBranch, Archived = r.Archived }).ToArray();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await RepositoryUpsert.ByGitHubIdAsync(connection, facts, [], time.GetUtcNow(), cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var ids = listed.Select(r => (long?)r.Id).ToArray();
        await database.Repositories.Where(r => r.InstallationId == installation && !ids.Contains(r.GitHubId))
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.InstallationId, (long?)null).SetProperty(x => x.UpdatedAt, time.GetUtcNow()), cancellationToken);
        return rows;
    }

    private async Task UninstallAsync(IEnumerable<long> installations, CancellationToken cancellationToken)
    {
        var known = installations.Select(i => (long?)i).ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Repositories.Where(r => r.InstallationId != null && !known.Contains(r.InstallationId))
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.InstallationId, (long?)null).SetProperty(x => x.UpdatedAt, time.GetUtcNow()), cancellationToken);
    }

    private static SweepResult Sum(SweepResult a, SweepResult b) => new(a.Looked + b.Looked, a.Repaired + b.Repaired, a.GivenUp + b.GivenUp);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} heads of {Repository} that no webhook told of were queued")]
    private partial void LogQueued(int count, string repository);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Subject} could not be compared with its scans: {Reason}")]
    private partial void LogSkipped(string subject, string reason);

    private sealed record Head(ScanKind Kind, string Ref, string CommitSha, string? BaseSha, int? Number);

    // https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
    private sealed record Installation(long Id, DateTimeOffset? SuspendedAt);

    // https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
    private sealed record Repository(long Id, string FullName, bool Private, string DefaultBranch, bool Archived, bool Disabled);

    // https://docs.github.com/en/rest/commits/commits#get-a-commit
    private sealed record Commit(string Sha);

    // https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
    private sealed record PullRequest(int Number, Commit Head, Commit Base);
}
