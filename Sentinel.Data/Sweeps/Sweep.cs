using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Sweeps;

/// <summary>What a sweep compares with GitHub.</summary>
public enum SweepKind
{
    /// <summary>The App's delivery log with the deliveries that were taken.</summary>
    Redelivery,

    /// <summary>Installations, repositories and heads with what was scanned.</summary>
    Reconciliation,
}

/// <summary>One round of looking for what Sentinel missed.</summary>
public sealed class Sweep
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required SweepKind Kind { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while it runs, and for one whose process died.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Failed deliveries, or heads, that were looked at.</summary>
    public int Looked { get; set; }

    /// <summary>Deliveries that were asked for again, or scans that were queued.</summary>
    public int Repaired { get; set; }

    /// <summary>What stays missed: deliveries that failed too often or are too old, repositories that could not be asked about.</summary>
    public int GivenUp { get; set; }

    /// <summary>Why it ended early; null when it did not.</summary>
    public string? Error { get; set; }
}

internal sealed class SweepConfiguration : IEntityTypeConfiguration<Sweep>
{
    public void Configure(EntityTypeBuilder<Sweep> builder)
    {
        builder.ToTable("sweeps");
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.Kind).HasConversion<string>();
        builder.HasIndex(s => new { s.Kind, s.StartedAt });
    }
}
