using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Exposure;
using ExposureEntity = Sentinel.Data.Exposure.SecretExposure;
using Finding = Sentinel.Data.Findings.Finding;
using FindingEvent = Sentinel.Contracts.Findings.FindingEvent;
using SecretCommit = Sentinel.Contracts.Findings.SecretCommit;
using SecretExposure = Sentinel.Contracts.Findings.SecretExposure;

namespace Sentinel.Api.Findings;

/// <summary>Tells of a secret how long, where and through whom it was within reach of others.</summary>
internal static class Exposures
{
    private const int MaxCommits = 100;

    /// <summary>Null for a finding that is no secret.</summary>
    /// <param name="events">The finding's history, oldest first.</param>
    public static async Task<SecretExposure?> LoadAsync(
        SentinelDbContext db, Finding finding, IReadOnlyList<FindingEvent> events, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (finding.Category is not FindingCategory.Secret) return null;
        var row = await db.SecretExposures.AsNoTracking().SingleOrDefaultAsync(exposure => exposure.FindingId == finding.Id, cancellationToken)
            ?? new ExposureEntity { FindingId = finding.Id, RepositoryId = finding.RepositoryId, UpdatedAt = now };
        var commits = await db.SecretCommits.AsNoTracking().Where(commit => commit.FindingId == finding.Id)
            .OrderBy(commit => commit.CommittedAt).ThenBy(commit => commit.CommitSha).Take(MaxCommits)
            .Select(commit => new SecretCommit(
                commit.CommitSha, commit.Path, commit.StartLine, commit.AuthorName, commit.AuthorEmail, commit.AuthoredAt, commit.CommittedAt,
                commit.PushedAt))
            .ToListAsync(cancellationToken);
        var inDefault = await (
            from repository in db.Repositories
            join instance in db.FindingInstances on "refs/heads/" + repository.DefaultBranch equals instance.Ref
            where repository.Id == finding.RepositoryId && instance.FindingId == finding.Id && instance.Present
            select instance.Ref).AnyAsync(cancellationToken);
        var since = ExposureClock.Since(row.FirstPushedAt, row.CommittedAt, finding.FirstSeenAt);
        var until = ExposureClock.Until(row.RotatedAt, finding.State, finding.ClosedAt);
        return new SecretExposure(
            row.AuthorName, row.AuthorEmail, row.IntroducedCommit, row.AuthoredAt, row.CommittedAt, row.FirstPushedAt, row.Refs, row.RefsTotal,
            row.RefsCheckedAt, inDefault, row.Dropped, row.StillServed, commits, Math.Max(row.CommitsTotal, commits.Count), RemovedAt(events),
            row.Rotation, row.RotatedBy, row.RotationNote, since, until, ExposureClock.Minutes(since, until, now));
    }

    private static DateTimeOffset? RemovedAt(IReadOnlyList<FindingEvent> events)
    {
        DateTimeOffset? removed = null;
        foreach (var item in events)
        {
            if (item.ToState is FindingState.Open or FindingState.Reopened) removed = null;
            else if (item is { ToState: FindingState.Removed, FromState: FindingState.Open or FindingState.Reopened }) removed = item.At;
        }

        return removed;
    }
}
