using Sentinel.Data;
using Sentinel.Data.Audit;

namespace Sentinel.Api.Audit;

/// <summary>Writes the audit log: an entry joins the transaction of the change it tells of, so neither exists alone.</summary>
internal sealed class AuditTrail(SentinelDbContext db, TimeProvider time)
{
    /// <summary>Adds an entry to the unit of work; the caller saves. <paramref name="detail"/> must hold no secret.</summary>
    public void Add(string actor, string action, string subjectType, string subjectId, object? detail = null) =>
        db.AuditLog.Add(AuditEntry.Of(time.GetUtcNow(), actor, action, subjectType, subjectId, detail));
}
