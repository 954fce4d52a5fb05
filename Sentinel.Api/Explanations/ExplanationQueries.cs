using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Data;
using Sentinel.Data.Explanations;
using Sentinel.Data.Outbox;
using Explanation = Sentinel.Contracts.Findings.Explanation;

namespace Sentinel.Api.Explanations;

/// <summary>Reads the newest explanation; one that is still under way is shown as pending.</summary>
internal static class ExplanationQueries
{
    public static async Task<Explanation?> NewestAsync(SentinelDbContext db, Guid findingId, CancellationToken cancellationToken)
    {
        var row = await db.Explanations.AsNoTracking().Where(item => item.FindingId == findingId)
            .OrderByDescending(item => item.Id).FirstOrDefaultAsync(cancellationToken);
        var asked = await ExplanationRequests.WaitingAsync(db, findingId, cancellationToken);
        if (asked is not null && (row is null || asked.CreatedAt > row.CreatedAt)) return Pending(asked);
        return row is null ? null : new Explanation(
            row.Id, row.Source, row.Status, row.Model, row.Summary, row.Impact, row.Remediation,
            row.Claims, row.DroppedClaims, row.Reason,
            row.RequestId, row.CreatedAt, row.CompletedAt);
    }

    public static Explanation Pending(OutboxMessage message) => new(
        message.Id, ExplanationSource.Guidance, ExplanationStatus.Pending, null, "", "", "", [], 0, null, message.RequestId ?? "",
        message.CreatedAt, null);
}
