using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Outbox;
using Sentinel.Data.Scans;
using Sentinel.Scanning;
using Sentinel.Scanning.Identity;
using Sentinel.Scanning.Imports;
using Sentinel.Worker.Scans;
using Sentinel.Worker.Scans.Incremental;
using FindingEntity = Sentinel.Data.Findings.Finding;
using FindingEventEntity = Sentinel.Data.Findings.FindingEvent;
using FindingInstanceEntity = Sentinel.Data.Findings.FindingInstance;
using ScannedFinding = Sentinel.Scanning.Finding;
using SecretExposure = Sentinel.Data.Exposure.SecretExposure;

namespace Sentinel.Worker.Findings;

/// <summary>
/// Brings a repository's findings up to what one scan of one ref saw, inside the caller's transaction. Running it twice with the same
/// report changes nothing the second time.
/// </summary>
internal sealed class FindingWriter(
    SentinelDbContext database, Scan scan, ScanOutcome outcome, int maxExplanations, DateTimeOffset now)
{
    private readonly ScanReport _report = outcome.Report;
    private readonly IReadOnlyDictionary<string, string> _blobs = outcome.Blobs;
    private readonly Dictionary<Guid, FindingEntity> _findings = [];
    private readonly Dictionary<(Guid, string), FindingInstanceEntity> _instances = [];
    private readonly Dictionary<Guid, List<FindingInstanceEntity>> _places = [];
    private readonly Dictionary<Guid, SecretExposure> _rotated = [];
    private readonly HashSet<Guid> _seen = [];
    private bool _rulesChanged;
    private int _opened;
    private int _closed;
    private int _explanations;

    public async Task<AppliedFindings> ApplyAsync(CancellationToken cancellationToken)
    {
        // One writer per repository: ordinals among equals are given here.
        await database.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({scan.RepositoryId.ToString()}, 0))", cancellationToken);
        if (outcome.Carried is { } from && !await BaselineStore.IsAtAsync(database, scan.RepositoryId, scan.Ref, from.ScanId, cancellationToken)) throw new BaselineMovedException();
        await LoadAsync(cancellationToken);
        var known = _findings.Values.Select(ToKnown).ToArray();
        var matched = FindingMatcher.Match(known, _report.Findings, Renames());
        var seenBlobs = await BlobsSeenBeforeAsync(matched, cancellationToken);

        foreach (var match in matched) Seen(match, seenBlobs);
        foreach (var instance in _instances.Values.Where(i => i.Ref == scan.Ref && i.Present && !_seen.Contains(i.FindingId) && IsOurs(i)).ToArray()) NotSeen(instance);
        var carried = outcome.Carried is null ? 0 : await CarryAsync(outcome.Carried, cancellationToken);
        return new AppliedFindings(_opened, _closed, matched.Count + carried);
    }

    private void Remember(FindingInstanceEntity instance)
    {
        _instances.Add((instance.FindingId, instance.Ref), instance);
        if (!_places.TryGetValue(instance.FindingId, out var places)) _places.Add(instance.FindingId, places = []);
        places.Add(instance);
    }

    private List<FindingInstanceEntity> PlacesOf(Guid findingId) => _places.GetValueOrDefault(findingId) ?? [];

    // Rows from before reporters were known have none.
    private static bool IsSeenByUs(FindingInstanceEntity instance) => instance.Reporters.Count == 0 || instance.Reporters.Any(r => !Reporters.IsImport(r));

    // An import has no opinion on what it never reported.
    private bool IsOurs(FindingInstanceEntity instance) => outcome.Importers is null || instance.Reporters.Any(outcome.Importers.Contains);

    // What did not change counts as seen by this scan, without being read. Findings that were looked at are written by the caller's save.
    private async Task<int> CarryAsync(CarriedFindings carried, CancellationToken cancellationToken)
    {
        var looked = _findings.Keys.ToArray();
        return await database.Database.ExecuteSqlAsync($"""
            with seen as (
                update finding_instances set commit_sha = {scan.CommitSha}, scan_id = {scan.Id}, updated_at = {now}
                where repository_id = {scan.RepositoryId} and ref = {scan.Ref} and present and scan_id = {carried.ScanId} and finding_id <> all({looked})
                returning finding_id
            )
            update findings set last_seen_at = {now}, last_scan_id = {scan.Id} where id in (select finding_id from seen)
            """, cancellationToken);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var fingerprints = outcome.Carried?.Except.ToArray() ?? _report.Findings.Select(f => f.FingerprintHash).Distinct().ToArray();
        var wanted = database.Findings.Where(f => f.RepositoryId == scan.RepositoryId);
        var present = database.FindingInstances.Where(i => i.RepositoryId == scan.RepositoryId && i.Ref == scan.Ref && i.Present);
        if (outcome.Importers?.ToArray() is { } importers) present = present.Where(i => i.Reporters.Any(r => importers.Contains(r)));
        var onRef = present.Select(i => i.FindingId);
        wanted = outcome.Carried is null
            ? wanted.Where(f => fingerprints.Contains(f.Fingerprint) || onRef.Contains(f.Id))
            : wanted.Where(f => fingerprints.Contains(f.Fingerprint));
        var findings = await wanted.ToListAsync(cancellationToken);
        foreach (var finding in findings) _findings.Add(finding.Id, finding);
        var ids = _findings.Keys.ToArray();
        foreach (var instance in await database.FindingInstances.Where(i => ids.Contains(i.FindingId)).ToListAsync(cancellationToken)) Remember(instance);
        foreach (var exposure in await database.SecretExposures.Where(e => ids.Contains(e.FindingId) && e.RotatedAt != null).ToListAsync(cancellationToken))
            _rotated.Add(exposure.FindingId, exposure);

        // Rules of another tool are not known by a hash.
        if (outcome.Importers is not null) return;
        var previous = await database.Scans.AsNoTracking()
            .Where(s => s.RepositoryId == scan.RepositoryId && s.Id != scan.Id && s.CompletedAt != null && s.RulePackHash != null)
            .OrderByDescending(s => s.CompletedAt).Select(s => s.RulePackHash).FirstOrDefaultAsync(cancellationToken);
        _rulesChanged = previous is not null && previous != _report.RulePackHash;
    }

    // Old path by new path for files that only moved: the very content in which a finding was seen now stands elsewhere, once. A copy
    // that was there before keeps its own finding. Secrets are known by their value wherever they stand.
    private Dictionary<string, string> Renames()
    {
        var places = _instances.Values.Where(i => i.Ref == scan.Ref && i.Present && i.BlobSha.Length > 0 && _findings[i.FindingId].Category != Contracts.Findings.FindingCategory.Secret)
            .Select(i => (i.BlobSha, i.Path)).ToHashSet();
        var gone = places.Where(p => _blobs.GetValueOrDefault(p.Path) != p.BlobSha).ToLookup(p => p.BlobSha, p => p.Path, StringComparer.Ordinal);
        var renames = new Dictionary<string, string>(StringComparer.Ordinal);
        if (gone.Count == 0) return renames;

        var arrived = _report.Findings.Where(f => f.Category != Scanning.FindingCategory.Secret).Select(f => f.Location.Path).Distinct(StringComparer.Ordinal)
            .Where(path => _blobs.TryGetValue(path, out var blob) && gone.Contains(blob) && !places.Contains((blob, path)));
        foreach (var moved in arrived.GroupBy(path => _blobs[path], StringComparer.Ordinal))
        {
            if (moved.Count() == 1) renames.Add(moved.Single(), gone[moved.Key].Min(StringComparer.Ordinal)!);
        }
        return renames;
    }

    // Only asked when the rules changed: then a new finding in old content is the rules' doing, not the commit's.
    private async Task<HashSet<string>> BlobsSeenBeforeAsync(IReadOnlyList<MatchedFinding> matched, CancellationToken cancellationToken)
    {
        if (!_rulesChanged) return [];
        var before = scan.BeforeSha ?? scan.BaseSha;
        var wasScanned = before is null
            || await database.Scans.AnyAsync(s => s.RepositoryId == scan.RepositoryId && s.CommitSha == scan.CommitSha && s.Id != scan.Id && s.Kind != ScanKind.Import && s.CompletedAt != null, cancellationToken);
        var candidates = matched.Where(m => m.Known is null).Select(m => BlobOf(m.Places[0])).OfType<string>().Distinct().ToArray();
        if (wasScanned) return [.. candidates];
        return [.. await database.FindingInstances.Where(i => i.RepositoryId == scan.RepositoryId && candidates.Contains(i.BlobSha)).Select(i => i.BlobSha).Distinct().ToListAsync(cancellationToken)];
    }

    private KnownFinding ToKnown(FindingEntity finding)
    {
        var onRef = _instances.GetValueOrDefault((finding.Id, scan.Ref)) is { Present: true } here ? here : null;
        var any = onRef ?? PlacesOf(finding.Id).FirstOrDefault(i => i.Present);
        return new KnownFinding(finding.Id, finding.Fingerprint, finding.Ordinal, any?.Path ?? finding.Path, any?.StartLine ?? finding.StartLine, onRef is not null, any is not null);
    }

    private void Seen(MatchedFinding match, HashSet<string> seenBlobs)
    {
        var observed = match.Places[0];
        var cause = FindingTransitions.CauseOfAppearance(_rulesChanged, BlobOf(observed) is { } blob && seenBlobs.Contains(blob));
        if (match.Known is null)
        {
            Open(match, observed, cause);
            return;
        }

        var finding = _findings[match.Known.Id];
        var moved = match.Known.OnRef && (finding.Path != observed.Location.Path || finding.StartLine != observed.Location.Region.StartLine);
        var expired = finding.State == FindingState.Dismissed && finding.DismissExpiresAt <= now;
        var state = finding is { State: FindingState.Fixed, Liveness: LivenessState.Dead }
            ? FindingState.Fixed
            : FindingTransitions.Seen(finding.State, expired, _rotated.ContainsKey(finding.Id) && match.Known.Present);
        (FindingCause Cause, string? Detail) why = !expired ? (cause, null)
            : finding.DismissedBy == FindingEntity.Policy ? (FindingCause.Configuration, "The suppression ended.")
            : (FindingCause.Person, "The dismissal expired.");
        if (state != finding.State) Change(finding, state, why.Cause, why.Detail);
        else if (moved && finding.Path != observed.Location.Path) AddEvent(finding, FindingEventKind.Moved, finding.State, FindingCause.Code, $"from {finding.Path}:{finding.StartLine}");
        Describe(finding, observed);
        Place(finding, match.Places);
    }

    private void Open(MatchedFinding match, ScannedFinding observed, FindingCause cause)
    {
        var region = observed.Location.Region;
        var finding = new FindingEntity
        {
            RepositoryId = scan.RepositoryId,
            Fingerprint = observed.FingerprintHash,
            Ordinal = match.Ordinal,
            RuleId = observed.RuleId,
            AnalyzerIds = [observed.AnalyzerId],
            Category = Enum.Parse<Contracts.Findings.FindingCategory>(observed.Category.ToString()),
            Severity = Enum.Parse<Contracts.Findings.Severity>(observed.Severity.ToString()),
            Confidence = Enum.Parse<Contracts.Findings.Confidence>(observed.Confidence.ToString()),
            Cwe = observed.Cwe,
            Title = observed.Title,
            Message = PostgresText.Clean(observed.Message, 2000),
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
            FirstCommit = scan.CommitSha,
            LastScanId = scan.Id,
        };
        database.Findings.Add(finding);
        _findings.Add(finding.Id, finding);
        AddEvent(finding, FindingEventKind.Opened, null, cause, null);
        _opened++;
        Place(finding, match.Places);
        AskForExplanation(finding);
    }

    private void Describe(FindingEntity finding, ScannedFinding observed)
    {
        if (!finding.AnalyzerIds.Contains(observed.AnalyzerId)) finding.AnalyzerIds = [.. finding.AnalyzerIds, observed.AnalyzerId];
        finding.LastSeenAt = now;
        // What Sentinel sees itself it describes itself.
        if (outcome.Importers is not null && PlacesOf(finding.Id).Any(i => i.Present && IsSeenByUs(i))) return;
        var region = observed.Location.Region;
        (finding.Path, finding.StartLine, finding.StartColumn) = (PostgresText.Clean(observed.Location.Path), region.StartLine, region.StartColumn);
        (finding.EndLine, finding.EndColumn) = (region.EndLine, region.EndColumn);
        (finding.Snippet, finding.SnippetStartLine) = (PostgresText.Clean(observed.Snippet), observed.SnippetStartLine);
        (finding.Title, finding.Message) = (observed.Title, PostgresText.Clean(observed.Message, 2000));
        finding.Severity = Enum.Parse<Contracts.Findings.Severity>(observed.Severity.ToString());
        finding.Confidence = finding.Liveness is LivenessState.Live ? Contracts.Findings.Confidence.High : Enum.Parse<Contracts.Findings.Confidence>(observed.Confidence.ToString());
        finding.LastScanId = scan.Id;
    }

    private void Place(FindingEntity finding, IReadOnlyList<ScannedFinding> places)
    {
        // What was just opened is seen too, or the same scan would close it again.
        _seen.Add(finding.Id);
        var first = places[0].Location;
        string[] reporters = [.. places.Select(p => p.AnalyzerId).Distinct(StringComparer.Ordinal)];
        if (!_instances.TryGetValue((finding.Id, scan.Ref), out var instance))
        {
            instance = new FindingInstanceEntity
            {
                FindingId = finding.Id,
                Ref = scan.Ref,
                RepositoryId = scan.RepositoryId,
                Path = "",
                StartLine = 0,
                StartColumn = 0,
                EndLine = 0,
                EndColumn = 0,
                BlobSha = "",
                CommitSha = "",
                ScanId = scan.Id,
                Present = true,
                Places = [],
                UpdatedAt = now,
            };
            database.FindingInstances.Add(instance);
            Remember(instance);
        }
        var others = instance.Present ? instance.Reporters.Where(IsOther).Except(reporters, StringComparer.Ordinal).ToArray() : [];
        instance.Reporters = [.. others, .. reporters];
        // A scan of Sentinel's own says where it stands, and the next one goes on from there.
        if (others.Any(r => !Reporters.IsImport(r))) return;
        var before = instance.Path == PostgresText.Clean(first.Path) && instance.BlobSha == (BlobOf(places[0]) ?? "") ? instance.Fix : null;
        (instance.Path, instance.StartLine, instance.StartColumn) = (PostgresText.Clean(first.Path), first.Region.StartLine, first.Region.StartColumn);
        (instance.EndLine, instance.EndColumn, instance.BlobSha) = (first.Region.EndLine, first.Region.EndColumn, BlobOf(places[0]) ?? "");
        (instance.CommitSha, instance.ScanId, instance.Present, instance.UpdatedAt) = (scan.CommitSha!, scan.Id, true, now);
        instance.Fix = places[0].Fix is { } fix
            ? new ProvedFix(fix.StartLine, fix.EndLine, fix.Replacement is { } text ? PostgresText.Clean(text) : null, fix.Summary, fix.ProvedBy)
            : places[0].FixIsUndecided ? before : null;
        instance.Places = [.. places.Take(100).Select(p => p.Location).Select(l =>
            new Place(PostgresText.Clean(l.Path), l.Region.StartLine, l.Region.StartColumn, l.Region.EndLine, l.Region.EndColumn))];
    }

    private void NotSeen(FindingInstanceEntity instance)
    {
        var finding = _findings[instance.FindingId];
        var causes = instance.Places.Select(p => p.Path).Append(instance.Path).Distinct().Select(path => FindingTransitions.CauseOfAbsence(AbsenceAt(path, finding, instance))).ToArray();
        // Every place must really have been looked at.
        if (causes.Any(c => c is null)) return;

        var cause = causes.Contains(FindingCause.Code) ? FindingCause.Code : FindingCause.RulePack;
        // What another tool says of the same content still stands; code that is gone is gone for all.
        var others = outcome.Importers is null && cause == FindingCause.Code ? [] : instance.Reporters.Where(IsOther).ToList();
        instance.Reporters = others;
        // An import has no say in what Sentinel proved.
        if (others.TrueForAll(Reporters.IsImport)) instance.Fix = null;
        if (others.Count > 0) return;
        (instance.Present, instance.UpdatedAt, instance.ScanId) = (false, now, scan.Id);
        if (PlacesOf(finding.Id).Any(i => i.Present)) return;
        if (finding.State is not (FindingState.Open or FindingState.Reopened)) return;
        Change(finding, FindingTransitions.Closed(finding.Category, cause), cause, null);
        // A secret that left the code still needs work.
        if (finding.State != FindingState.Removed) _closed++;
    }

    // Analyzers are one reporter: each scan of Sentinel's own runs all that there are, and one of yesterday's may be called otherwise today.
    private bool IsOther(string reporter) => outcome.Importers is { } importers ? !importers.Contains(reporter) : Reporters.IsImport(reporter);

    private Absence AbsenceAt(string path, FindingEntity finding, FindingInstanceEntity instance) => new(
        _blobs.TryGetValue(path, out var blob),
        outcome.ListingComplete,
        // What another tool alone reports now is none of ours, whoever reported it once.
        (outcome.Importers is not null || IsSeenByUs(instance)) && finding.AnalyzerIds.Any(a => _report.Covered.TryGetValue(a, out var paths) && paths.Contains(path)),
        blob == instance.BlobSha && path == instance.Path);

    private void Change(FindingEntity finding, FindingState to, FindingCause cause, string? detail)
    {
        AddEvent(finding, FindingTransitions.KindOf(to), finding.State, cause, detail, to);
        var reopened = to == FindingState.Reopened;
        if (reopened)
        {
            _opened++;
            _rotated.GetValueOrDefault(finding.Id)?.Unrotate(now);
            (finding.DismissReason, finding.DismissJustification, finding.DismissedBy, finding.DismissedAt, finding.DismissExpiresAt) = (null, null, null, null, null);
        }
        finding.State = to;
        finding.ClosedAt = reopened ? null : now;
    }

    private void AddEvent(FindingEntity finding, FindingEventKind kind, FindingState? from, FindingCause cause, string? detail, FindingState? to = null) =>
        database.FindingEvents.Add(new FindingEventEntity
        {
            FindingId = finding.Id,
            RepositoryId = scan.RepositoryId,
            At = now,
            Kind = kind,
            FromState = from,
            ToState = to ?? finding.State,
            Cause = cause,
            CommitSha = scan.CommitSha,
            Ref = scan.Ref,
            ScanId = scan.Id,
            RequestId = scan.RequestId,
            Detail = detail is null ? null : PostgresText.Clean(detail, 2000),
        });

    private void AskForExplanation(FindingEntity finding)
    {
        if (finding.Severity < Contracts.Findings.Severity.High || _explanations >= maxExplanations) return;
        _explanations++;
        database.Outbox.Add(new OutboxMessage
        {
            Kind = OutboxMessage.ExplanationRequested,
            AggregateKey = finding.Id.ToString(),
            IdempotencyKey = $"{OutboxMessage.ExplanationRequested}:{finding.Id}:opened",
            RepositoryId = scan.RepositoryId,
            Payload = JsonSerializer.Serialize(new { findingId = finding.Id }, SentinelJson.Options),
            NextAttemptAt = now,
            CreatedAt = now,
            RequestId = scan.RequestId,
            TraceParent = System.Diagnostics.Activity.Current?.Id ?? scan.TraceParent,
        });
    }

    private string? BlobOf(ScannedFinding finding) => _blobs.GetValueOrDefault(finding.Location.Path);
}
