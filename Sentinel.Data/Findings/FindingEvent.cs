using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Findings;

namespace Sentinel.Data.Findings;

/// <summary>One transition of a finding with exactly one cause.</summary>
public sealed class FindingEvent
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid FindingId { get; init; }

    public required Guid RepositoryId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required FindingEventKind Kind { get; init; }

    public FindingState? FromState { get; init; }

    public required FindingState ToState { get; init; }

    public required FindingCause Cause { get; init; }

    public string? CommitSha { get; init; }

    public string? Ref { get; init; }

    public Guid? ScanId { get; init; }

    public string? RequestId { get; init; }

    public string? Actor { get; init; }

    public string? Detail { get; init; }
}

internal sealed class FindingEventConfiguration : IEntityTypeConfiguration<FindingEvent>
{
    public void Configure(EntityTypeBuilder<FindingEvent> builder)
    {
        builder.ToTable("finding_events");
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.Kind).HasConversion<string>();
        builder.Property(e => e.FromState).HasConversion<string>();
        builder.Property(e => e.ToState).HasConversion<string>();
        builder.Property(e => e.Cause).HasConversion<string>();
        builder.HasOne<Finding>().WithMany().HasForeignKey(e => e.FindingId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => new { e.FindingId, e.Id });
        builder.HasIndex(e => new { e.RepositoryId, e.Id });
        builder.HasIndex(e => e.ScanId);
        builder.HasIndex(e => e.RequestId);
        builder.HasIndex(e => e.At);
    }
}
