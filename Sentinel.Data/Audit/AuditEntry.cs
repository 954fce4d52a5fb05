using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts;
using Sentinel.ServiceDefaults.Requests;

namespace Sentinel.Data.Audit;

/// <summary>Who did what to what. The database refuses to change or delete a row.</summary>
public sealed class AuditEntry
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required DateTimeOffset At { get; init; }

    public required string Actor { get; init; }

    public required string Action { get; init; }

    public required string SubjectType { get; init; }

    public required string SubjectId { get; init; }

    public string? RequestId { get; init; }

    /// <summary>A JSON object, or null.</summary>
    public string? Detail { get; init; }

    /// <summary>An entry of the current request.</summary>
    /// <param name="detail">Written as JSON; must hold no secret. Null for none.</param>
    public static AuditEntry Of(DateTimeOffset at, string actor, string action, string subjectType, string subjectId, object? detail = null) => new()
    {
        At = at,
        Actor = actor,
        Action = action,
        SubjectType = subjectType,
        SubjectId = subjectId,
        RequestId = RequestIdContext.Current,
        Detail = detail is null ? null : JsonSerializer.Serialize(detail, SentinelJson.Options),
    };
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("audit_log");
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.Property(a => a.Detail).HasColumnType("jsonb");
        builder.HasIndex(a => a.RequestId);
        builder.HasIndex(a => new { a.SubjectType, a.SubjectId });
    }
}
