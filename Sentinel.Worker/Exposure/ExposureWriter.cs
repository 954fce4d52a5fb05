using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Scans;
using FindingEntity = Sentinel.Data.Findings.Finding;
using FindingEventEntity = Sentinel.Data.Findings.FindingEvent;
using FindingInstanceEntity = Sentinel.Data.Findings.FindingInstance;
using SecretCommit = Sentinel.Data.Exposure.SecretCommit;
using SecretExposure = Sentinel.Data.Exposure.SecretExposure;

namespace Sentinel.Worker.Exposure;

/// <summary>
/// Writes what the commits told of secrets, inside the caller's transaction and after the findings of the scanned tree were saved.
/// Running it twice with the same report changes nothing the second time.
/// </summary>
/// <param name="tips">For a sighting the branches at whose tip its content still stands; null when the scanned tree has the last word.</param>
internal sealed class ExposureWriter(
    SentinelDbContext database, Scan scan, HistoricReport report, Func<Sighting, IReadOnlyList<BranchTip>>? tips, DateTimeOffset now)
{
    private readonly Dictionary<Guid, SecretExposure> _exposures = [];
    private int _opened;

    /// <summary>Returns how many findings were opened.</summary>
    public async Task<int> ApplyAsync(CancellationToken cancellationToken)
    {
        // One writer per repository, as for the findings of a tree.
        await database.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({scan.RepositoryId.ToString()}, 0))", cancellationToken);
        var sightings = report.Sightings.ToLookup(s => s.Finding.FingerprintHash, StringComparer.Ordinal);
        var findings = await LoadAsync([.. sightings.Select(s => s.Key)], cancellationToken);
        foreach (var group in sightings)
        {
            var finding = findings.GetValueOrDefault(group.Key) ?? Open(group.First(), [.. group]);
            findings[group.Key] = finding;
            Place(finding, [.. group]);
            if (finding.State == FindingState.Fixed) Remember(finding);
        }
        await ExposeAsync(findings, cancellationToken);
        foreach (var group in sightings) await AddCommitsAsync(findings[group.Key], [.. group], cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        return _opened;
    }

    // Those that were seen in commits, and those that this scan saw, opened or closed.
    private async Task<Dictionary<string, FindingEntity>> LoadAsync(string[] fingerprints, CancellationToken cancellationToken)
    {
        var touched = database.FindingEvents.Where(e => e.ScanId == scan.Id).Select(e => e.FindingId);
        var secrets = await database.Findings
            .Where(f => f.RepositoryId == scan.RepositoryId && f.Category == FindingCategory.Secret
                && (fingerprints.Contains(f.Fingerprint) || f.LastScanId == scan.Id || touched.Contains(f.Id)))
            .ToListAsync(cancellationToken);
        var ids = secrets.Select(f => f.Id).ToArray();
        foreach (var exposure in await database.SecretExposures.Where(e => ids.Contains(e.FindingId)).ToListAsync(cancellationToken)) _exposures.Add(exposure.FindingId, exposure);
        return secrets.ToDictionary(f => f.Fingerprint, StringComparer.Ordinal);
    }

    private FindingEntity Open(Sighting sighting, IReadOnlyList<Sighting> all)
    {
        var observed = sighting.Finding;
        var region = observed.Location.Region;
        var standing = tips is not null && all.Any(s => tips(s).Count > 0);
        var finding = new FindingEntity
        {
            RepositoryId = scan.RepositoryId,
            Fingerprint = observed.FingerprintHash,
            Ordinal = 0,
            RuleId = observed.RuleId,
            AnalyzerIds = [observed.AnalyzerId],
            Category = FindingCategory.Secret,
            Severity = Enum.Parse<Severity>(observed.Severity.ToString()),
            Confidence = Enum.Parse<Confidence>(observed.Confidence.ToString()),
            Cwe = observed.Cwe,
            Title = observed.Title,
            Message = PostgresText.Clean(observed.Message, 2000),
            State = standing ? FindingState.Open : FindingState.Removed,
            Path = PostgresText.Clean(observed.Location.Path),
            StartLine = region.StartLine,
            StartColumn = region.StartColumn,
            EndLine = region.EndLine,
            EndColumn = region.EndColumn,
            Snippet = PostgresText.Clean(observed.Snippet),
            SnippetStartLine = observed.SnippetStartLine,
            MaskedPreview = observed.MaskedPreview is { } preview ? PostgresText.Clean(preview) : null,
            FirstSeenAt = now,
            LastSeenAt = now,
            FirstCommit = sighting.Blob.CommitId,
            LastScanId = scan.Id,
        };
        database.Findings.Add(finding);
        AddEvent(finding, FindingEventKind.Opened, null, sighting.Blob.CommitId, standing ? null : $"Found in commit {sighting.Blob.CommitId[..12]}, in no branch's files any more.");
        _opened++;
        return finding;
    }

    // A finding keeps what the scan of a ref's tree said of that ref; only refs of which nothing is known are added.
    private void Place(FindingEntity finding, IReadOnlyList<Sighting> sightings)
    {
        if (database.Entry(finding).State == EntityState.Added && (tips is null || sightings.All(s => tips(s).Count == 0)))
            AddInstance(finding, sightings[0], new BranchTip(scan.Ref, sightings[0].Blob.CommitId, sightings[0].Blob.Path), present: false);
        if (tips is null) return;
        var known = database.FindingInstances.Local.Where(i => i.FindingId == finding.Id).Select(i => i.Ref)
            .Concat(database.FindingInstances.Where(i => i.FindingId == finding.Id).Select(i => i.Ref)).ToHashSet(StringComparer.Ordinal);
        var added = false;
        foreach (var sighting in sightings)
        {
            foreach (var tip in tips(sighting).Where(t => known.Add(t.Ref)))
            {
                AddInstance(finding, sighting, tip, present: true);
                added = true;
            }
        }
        if (!added || finding.State != FindingState.Removed) return;
        // It was believed to have left the code because nobody had looked at that branch.
        (finding.State, finding.ClosedAt) = (FindingState.Reopened, null);
        AddEvent(finding, FindingEventKind.Reopened, FindingState.Removed, scan.CommitSha, null, FindingCause.ScannerCoverage);
        _opened++;
    }

    // Closed because other rules no longer saw it; these do, and nobody said that it was rotated.
    private void Remember(FindingEntity finding)
    {
        if (_exposures.GetValueOrDefault(finding.Id)?.RotatedAt is not null) return;
        finding.State = FindingState.Removed;
        AddEvent(finding, FindingEventKind.Removed, FindingState.Fixed, scan.CommitSha, null, FindingCause.RulePack);
        _opened++;
    }

    private async Task ExposeAsync(Dictionary<string, FindingEntity> findings, CancellationToken cancellationToken)
    {
        var changed = await database.FindingEvents.Where(e => e.ScanId == scan.Id).Select(e => e.FindingId).ToHashSetAsync(cancellationToken);
        foreach (var finding in findings.Values)
        {
            if (_exposures.GetValueOrDefault(finding.Id) is not { } exposure)
            {
                _exposures.Add(finding.Id, exposure = new SecretExposure { FindingId = finding.Id, RepositoryId = scan.RepositoryId, UpdatedAt = now });
                database.SecretExposures.Add(exposure);
            }
            else if (changed.Contains(finding.Id))
            {
                exposure.AskForRefs(now);
            }
        }
    }

    private async Task AddCommitsAsync(FindingEntity finding, IReadOnlyList<Sighting> sightings, CancellationToken cancellationToken)
    {
        var exposure = _exposures[finding.Id];
        // Whatever brought the commits up again may have moved refs to or from them.
        exposure.AskForRefs(now);
        var commits = (await database.SecretCommits.Where(c => c.FindingId == finding.Id).ToListAsync(cancellationToken)).ToDictionary(c => c.CommitSha, StringComparer.Ordinal);
        foreach (var sighting in sightings)
        {
            if (commits.TryGetValue(sighting.Blob.CommitId, out var commit))
            {
                // A push that came in before anybody here knew of the value may have brought it; a later one only moved it.
                if (sighting.PushedAt < (commit.PushedAt ?? finding.FirstSeenAt)) commit.PushedAt = sighting.PushedAt;
                if (exposure.IntroducedCommit == commit.CommitSha) exposure.FirstPushedAt = commit.PushedAt;
                continue;
            }
            exposure.CommitsTotal++;
            if (commits.Count >= SecretCommit.MaxPerFinding) continue;
            commits.Add(sighting.Blob.CommitId, commit = CommitOf(finding, sighting));
            database.SecretCommits.Add(commit);
        }
        if (IntroductionOf(finding, exposure, sightings) is { } first)
            Introduce(exposure, first, commits.TryGetValue(first.Blob.CommitId, out var kept) ? kept.PushedAt : first.PushedAt);
    }

    // The whole history knows best. A push knows only of a value that nobody had seen before it.
    private Sighting? IntroductionOf(FindingEntity finding, SecretExposure exposure, IReadOnlyList<Sighting> sightings)
    {
        if (report.IsWhole) return sightings[0];
        if (exposure.IntroducedCommit is not null) return null;
        return finding.FirstSeenAt == now ? sightings[0] : sightings.FirstOrDefault(s => s.PushedAt < finding.FirstSeenAt);
    }

    private static void Introduce(SecretExposure exposure, Sighting sighting, DateTimeOffset? pushedAt)
    {
        var commit = sighting.Blob.Commit;
        exposure.IntroducedCommit = commit.Id;
        (exposure.AuthorName, exposure.AuthorEmail) = (PostgresText.Clean(commit.Author, 256), PostgresText.Clean(commit.AuthorEmail, 256));
        (exposure.AuthoredAt, exposure.CommittedAt) = (InRange(commit.AuthoredAt), InRange(commit.CommittedAt));
        exposure.FirstPushedAt = pushedAt;
    }

    private static SecretCommit CommitOf(FindingEntity finding, Sighting sighting) => new()
    {
        FindingId = finding.Id,
        CommitSha = sighting.Blob.CommitId,
        BlobSha = sighting.Blob.BlobId,
        Path = PostgresText.Clean(sighting.Blob.Path),
        StartLine = sighting.Finding.Location.Region.StartLine,
        AuthorName = PostgresText.Clean(sighting.Blob.Commit.Author, 256),
        AuthorEmail = PostgresText.Clean(sighting.Blob.Commit.AuthorEmail, 256),
        AuthoredAt = InRange(sighting.Blob.Commit.AuthoredAt),
        CommittedAt = InRange(sighting.Blob.Commit.CommittedAt),
        PushedAt = sighting.PushedAt,
    };

    // A commit may claim any year; the database ends before .NET's calendar does, and begins after it.
    private static DateTimeOffset InRange(DateTimeOffset at) => at.Year is >= 1970 and <= 9998 ? at : DateTimeOffset.UnixEpoch;

    private void AddInstance(FindingEntity finding, Sighting sighting, BranchTip at, bool present)
    {
        var region = sighting.Finding.Location.Region;
        var path = PostgresText.Clean(at.Path);
        database.FindingInstances.Add(new FindingInstanceEntity
        {
            FindingId = finding.Id,
            Ref = at.Ref,
            RepositoryId = scan.RepositoryId,
            Path = path,
            StartLine = region.StartLine,
            StartColumn = region.StartColumn,
            EndLine = region.EndLine,
            EndColumn = region.EndColumn,
            BlobSha = sighting.Blob.BlobId,
            CommitSha = at.CommitSha,
            ScanId = scan.Id,
            Present = present,
            Places = [new Place(path, region.StartLine, region.StartColumn, region.EndLine, region.EndColumn)],
            Reporters = present ? [sighting.Finding.AnalyzerId] : [],
            UpdatedAt = now,
        });
    }

    private void AddEvent(
        FindingEntity finding, FindingEventKind kind, FindingState? from, string? commit, string? detail, FindingCause cause = FindingCause.Code) =>
        database.FindingEvents.Add(new FindingEventEntity
        {
            FindingId = finding.Id,
            RepositoryId = scan.RepositoryId,
            At = now,
            Kind = kind,
            FromState = from,
            ToState = finding.State,
            Cause = cause,
            CommitSha = commit,
            Ref = scan.Ref,
            ScanId = scan.Id,
            RequestId = scan.RequestId,
            Detail = detail,
        });
}
