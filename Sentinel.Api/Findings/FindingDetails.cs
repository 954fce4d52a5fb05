using Microsoft.EntityFrameworkCore;
using Sentinel.Api.CustomRules;
using Sentinel.Api.Explanations;
using Sentinel.Api.Imports;
using Sentinel.Api.Liveness;
using Sentinel.Api.Rules;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Finding = Sentinel.Data.Findings.Finding;
using FindingEvent = Sentinel.Contracts.Findings.FindingEvent;

namespace Sentinel.Api.Findings;

/// <summary>Puts a finding together: evidence, places, history, the rule's guidance, the newest explanation, the exposure of a secret.</summary>
internal static class FindingDetails
{
    private const int MaxInstances = 200;
    private const int MaxEvents = 500;

    public static async Task<FindingDetail?> LoadAsync(SentinelDbContext db, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await (
            from item in db.Findings.AsNoTracking()
            join repository in db.Repositories on item.RepositoryId equals repository.Id
            where item.Id == id
            select new { Finding = item, repository.FullName }).SingleOrDefaultAsync(cancellationToken);
        if (found is null) return null;
        var finding = found.Finding;
        var instances = await db.FindingInstances.AsNoTracking().Where(instance => instance.FindingId == id)
            .OrderByDescending(instance => instance.Present).ThenBy(instance => instance.Ref).Take(MaxInstances)
            .ToListAsync(cancellationToken);
        var events = await db.FindingEvents.AsNoTracking().Where(item => item.FindingId == id)
            .OrderByDescending(item => item.Id).Take(MaxEvents)
            .Select(item => new FindingEvent(
                item.Id, item.At, item.Kind, item.FromState, item.ToState, item.Cause, item.CommitSha, item.Ref, item.ScanId,
                item.RequestId, item.Actor, item.Detail))
            .ToListAsync(cancellationToken);
        events.Reverse();
        var rule = RulePack.Find(finding.RuleId) ?? await CustomRuleQueries.FindAsync(db, finding.RuleId, cancellationToken)
            ?? await ImportedRuleQueries.FindAsync(db, finding.RuleId, finding.RepositoryId, cancellationToken);
        return new FindingDetail(
            finding.Id, finding.RepositoryId, found.FullName, finding.RuleId, rule?.Title ?? finding.Title, [.. finding.AnalyzerIds],
            finding.Category, finding.Severity, finding.Confidence, finding.Cwe, finding.State, finding.Title, finding.Message,
            finding.Path, finding.StartLine, finding.StartColumn, finding.EndLine, finding.EndColumn, finding.Snippet,
            finding.SnippetStartLine, finding.MaskedPreview, finding.Fingerprint, finding.FirstSeenAt, finding.LastSeenAt,
            finding.ClosedAt, finding.FirstCommit, finding.LastScanId, DismissalOf(finding),
            [.. instances.Select(ToContract)], events, RulePack.Guidance(rule),
            await ExplanationQueries.NewestAsync(db, id, cancellationToken),
            await Exposures.LoadAsync(db, finding, events, now, cancellationToken),
            await LivenessQueries.OfAsync(db, finding, cancellationToken));
    }

    private static Dismissal? DismissalOf(Finding finding) =>
        finding is { State: FindingState.Dismissed, DismissReason: { } reason }
            ? new Dismissal(
                reason,
                finding.DismissJustification ?? "",
                finding.DismissedBy ?? "",
                finding.DismissedAt ?? finding.LastSeenAt,
                finding.DismissExpiresAt)
            : null;

    private static Contracts.Findings.FindingInstance ToContract(Data.Findings.FindingInstance instance) => new(
        instance.Ref, instance.CommitSha, instance.Present, instance.ScanId,
        instance.Places is { Count: > 0 } places
            ? places
            : [new Place(instance.Path, instance.StartLine, instance.StartColumn, instance.EndLine, instance.EndColumn)],
        instance.Present ? instance.Fix : null);
}
