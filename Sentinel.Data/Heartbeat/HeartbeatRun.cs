using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Scans;

namespace Sentinel.Data.Heartbeat;

/// <summary>One beat: a scan of synthetic content with known defects, and what it found.</summary>
public sealed class HeartbeatRun
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ScanId { get; init; }

    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>The rules that are tried.</summary>
    public required List<string> RuleIds { get; init; }

    /// <summary>Null until a worker has stored the result.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Rules that the worker tried; fewer than asked for when it is of another version.</summary>
    public int Tried { get; set; }

    public int Found { get; set; }

    public List<string> Missed { get; set; } = [];
}

internal sealed class HeartbeatRunConfiguration : IEntityTypeConfiguration<HeartbeatRun>
{
    public void Configure(EntityTypeBuilder<HeartbeatRun> builder)
    {
        builder.ToTable("heartbeat_runs");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.HasOne<Scan>().WithMany().HasForeignKey(r => r.ScanId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => r.QueuedAt);
        builder.HasIndex(r => r.CompletedAt);
    }
}
