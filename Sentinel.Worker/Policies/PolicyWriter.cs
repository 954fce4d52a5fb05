using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Scans;
using Sentinel.Scanning.Policies;
using FindingEntity = Sentinel.Data.Findings.Finding;
using FindingEventEntity = Sentinel.Data.Findings.FindingEvent;

namespace Sentinel.Worker.Policies;

/// <summary>
/// Brings a repository's findings up to what the policy of its default branch says, inside the caller's transaction and after the scan's
/// own findings are written: what does not count is dismissed with the policy's reason, and comes back when that is taken away. What a
/// person decided stays. Running it twice changes nothing the second time.
/// </summary>
internal sealed class PolicyWriter(SentinelDbContext database, Scan scan, PolicyReading policy, DateTimeOffset now)
{
    private const int MaxText = 2000;

    private readonly DateOnly _today = DateOnly.FromDateTime(now.UtcDateTime);

    /// <summary>Applies the policy; null when the repository has none. One with errors changes nothing: what the last sound one decided stays until it is mended.</summary>
    public async Task<PolicyReport?> ApplyAsync(CancellationToken cancellationToken)
    {
        if (policy.Errors.Count == 0)
        {
            await RememberAsync(cancellationToken);
            await DecideAsync(cancellationToken);
        }
        if (policy.Path is not { } path) return null;

        var dismissed = await database.Findings.CountAsync(f => f.RepositoryId == scan.RepositoryId && f.State == FindingState.Dismissed && f.DismissedBy == FindingEntity.Policy, cancellationToken);
        return new PolicyReport(
            path, [.. policy.Errors.Select(e => new PolicyFault(e.Line, e.Column, PostgresText.Clean(e.Message, MaxText), PostgresText.Clean(e.Remedy, MaxText)))], dismissed,
            [.. policy.Policy.Suppressions.Where(s => s.IsExpired(_today)).Select(s => string.Create(CultureInfo.InvariantCulture, $"The suppression of rule {s.Rule}{(s.Path is { } at ? $" at {PostgresText.Clean(at.Pattern)}" : "")} ended on {s.Expires:yyyy-MM-dd} and has no effect."))]);
    }

    // For those who act on what it says and read no policy: figures of what is acted on, questions to a model.
    private async Task RememberAsync(CancellationToken cancellationToken)
    {
        int? minimum = policy.Path is null ? null : policy.Policy.Comments.MinimumActedOn;
        var explain = policy.Policy.Ai.Explain;
        await database.Repositories.Where(r => r.Id == scan.RepositoryId && (r.MinimumActedOn != minimum || r.AiExplain != explain))
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.MinimumActedOn, minimum).SetProperty(x => x.AiExplain, explain), cancellationToken);
    }

    private async Task DecideAsync(CancellationToken cancellationToken)
    {
        var candidates = await CandidatesAsync(cancellationToken);
        if (candidates.Count == 0) return;
        var places = await PlacesAsync(cancellationToken);
        var decisions = new Dictionary<Guid, Allowance?>();
        foreach (var candidate in candidates)
        {
            var allowance = AllowanceOf(candidate, places.TryGetValue(candidate.Id, out var paths) ? paths : [candidate.Path]);
            if (allowance is not null || candidate.IsDismissed) decisions.Add(candidate.Id, allowance);
        }
        if (decisions.Count == 0) return;

        var ids = decisions.Keys.ToArray();
        // A person who decides at this moment waits for us, or we for them.
        foreach (var finding in await database.Findings.FromSql($"select * from findings where id = any({ids}) order by id for update").ToListAsync(cancellationToken))
        {
            if (decisions[finding.Id] is { } allowance) Dismiss(finding, allowance);
            else TakeBack(finding, places.ContainsKey(finding.Id));
        }
        await database.SaveChangesAsync(cancellationToken);
    }

    // What needs work, where there is a policy that may say otherwise, and what one said before.
    private Task<List<Candidate>> CandidatesAsync(CancellationToken cancellationToken)
    {
        var any = policy.Path is not null;
        return database.Findings.AsNoTracking()
            .Where(f => f.RepositoryId == scan.RepositoryId
                && ((f.State == FindingState.Dismissed && f.DismissedBy == FindingEntity.Policy)
                    || (any && (f.State == FindingState.Open || f.State == FindingState.Reopened || f.State == FindingState.Removed))))
            .Select(f => new Candidate(f.Id, f.RuleId, f.Fingerprint, f.Path, f.Liveness == LivenessState.Live, f.State == FindingState.Dismissed))
            .ToListAsync(cancellationToken);
    }

    private async Task<Dictionary<Guid, string[]>> PlacesAsync(CancellationToken cancellationToken)
    {
        var instances = await database.FindingInstances.AsNoTracking().Where(i => i.RepositoryId == scan.RepositoryId && i.Present)
            .Select(i => new { i.FindingId, i.Path, i.Places }).ToListAsync(cancellationToken);
        return instances.GroupBy(i => i.FindingId).ToDictionary(g => g.Key, g => g.SelectMany(i => i.Places.Select(p => p.Path).Append(i.Path)).Distinct(StringComparer.Ordinal).ToArray());
    }

    // A finding that stands at several places does not count only if it counts at none of them.
    private Allowance? AllowanceOf(Candidate candidate, IReadOnlyList<string> paths)
    {
        Allowance? allowance = null;
        foreach (var path in paths)
        {
            var finding = new GateFinding
            {
                RuleId = candidate.RuleId,
                Path = path,
                Fingerprint = candidate.Fingerprint,
                Severity = Scanning.Severity.Critical,
                Confidence = Scanning.Confidence.High,
                IsLiveSecret = candidate.IsLive,
            };
            var decision = PolicyEvaluation.Decide(policy.Policy, finding, _today);
            if (decision.Outcome is not (GateOutcome.Suppressed or GateOutcome.Excluded)) return null;
            var here = Allowance.Of(decision);
            allowance = allowance is null ? here : allowance.Value.And(here);
        }
        return allowance;
    }

    private void Dismiss(FindingEntity finding, Allowance allowance)
    {
        var reason = PostgresText.Clean(allowance.Reason, MaxText);
        if (finding.State == FindingState.Dismissed)
        {
            // A person was faster; or the reason is only written better now.
            if (finding.DismissedBy == FindingEntity.Policy) (finding.DismissReason, finding.DismissJustification, finding.DismissExpiresAt) = (allowance.Kind, reason, allowance.End);
            return;
        }
        if (finding.State is FindingState.Fixed) return;
        AddEvent(finding, FindingEventKind.Dismissed, FindingState.Dismissed, reason);
        (finding.State, finding.ClosedAt) = (FindingState.Dismissed, now);
        (finding.DismissReason, finding.DismissJustification, finding.DismissExpiresAt) = (allowance.Kind, reason, allowance.End);
        (finding.DismissedBy, finding.DismissedAt) = (FindingEntity.Policy, now);
    }

    private void TakeBack(FindingEntity finding, bool present)
    {
        if (finding is not { State: FindingState.Dismissed, DismissedBy: FindingEntity.Policy }) return;
        var state = present ? FindingState.Reopened : finding.Category is FindingCategory.Secret ? FindingState.Removed : FindingState.Fixed;
        AddEvent(finding, FindingEventKind.Undismissed, state, finding.DismissExpiresAt <= now ? "The suppression ended." : "The policy does not allow it any more.");
        (finding.State, finding.ClosedAt) = (state, present ? null : finding.ClosedAt);
        (finding.DismissReason, finding.DismissJustification, finding.DismissedBy, finding.DismissedAt, finding.DismissExpiresAt) = (null, null, null, null, null);
    }

    private void AddEvent(FindingEntity finding, FindingEventKind kind, FindingState to, string detail) => database.FindingEvents.Add(new FindingEventEntity
    {
        FindingId = finding.Id,
        RepositoryId = scan.RepositoryId,
        At = now,
        Kind = kind,
        FromState = finding.State,
        ToState = to,
        Cause = FindingCause.Configuration,
        CommitSha = scan.CommitSha,
        Ref = scan.Ref,
        ScanId = scan.Id,
        RequestId = scan.RequestId,
        Actor = FindingEntity.Policy,
        Detail = detail,
    });

    private sealed record Candidate(Guid Id, string RuleId, string Fingerprint, string Path, bool IsLive, bool IsDismissed);

    /// <param name="End">When it is over; null for never.</param>
    private readonly record struct Allowance(DismissReason Kind, string Reason, DateTimeOffset? End)
    {
        public static Allowance Of(GateDecision decision) => decision.Suppression is { } suppression
            ? new Allowance(
                DismissReason.AcceptedRisk, suppression.Reason,
                suppression.Expires is { } last ? new DateTimeOffset(last.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) : null)
            : new Allowance(DismissReason.WontFix, "The policy does not count findings at this path.", null);

        // As soon as it counts at one place, it counts.
        public Allowance And(Allowance other) =>
            this with { Kind = other.Kind == DismissReason.AcceptedRisk ? other.Kind : Kind, Reason = Kind == DismissReason.AcceptedRisk ? Reason : other.Reason, End = Earlier(End, other.End) };

        private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
    }
}
