using System.Text.Json;
using Sentinel.Contracts;
using Sentinel.Data;
using Sentinel.Data.Audit;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Api.Audit;

/// <summary>Writes the audit log: an entry joins the transaction of the change it tells of, so neither exists alone.</summary>
internal sealed class AuditTrail(SentinelDbContext db, TimeProvider time)
{
    /// <summary>Adds an entry to the unit of work; the caller saves. <paramref name="detail"/> must hold no secret.</summary>
    public void Add(string actor, string action, string subjectType, string subjectId, object? detail = null) =>
        db.AuditLog.Add(new AuditEntry
        {
            At = time.GetUtcNow(),
            Actor = actor,
            Action = action,
            SubjectType = subjectType,
            SubjectId = subjectId,
            RequestId = RequestIdContext.Current,
            Detail = detail is null ? null : JsonSerializer.Serialize(detail, SentinelJson.Options),
        });
}
