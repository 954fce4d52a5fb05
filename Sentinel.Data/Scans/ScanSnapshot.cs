using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Findings;

namespace Sentinel.Data.Scans;

/// <summary>
/// The findings that stood in a commit when its scan ended. Findings and their instances show today; this is what two commits are
/// compared by, however long ago they were scanned.
/// </summary>
public sealed class ScanSnapshot
{
    public required Guid ScanId { get; init; }

    public required Guid RepositoryId { get; init; }

    public required string Ref { get; init; }

    public required string CommitSha { get; init; }

    public string? RulePackHash { get; init; }

    /// <summary>Of a pull request's scan: the commit where it left its base branch; null until GitHub was asked.</summary>
    public string? MergeBaseSha { get; set; }

    public required DateTimeOffset CompletedAt { get; init; }

    /// <summary>Dismissed ones included.</summary>
    public required IReadOnlyList<SnapshotFinding> Findings { get; init; }
}

/// <summary>A finding and its first place in the commit. Lines and columns count from 1.</summary>
/// <param name="Fix">Mends it in that place; null when no fix was proved.</param>
public sealed record SnapshotFinding(Guid Id, string Path, int StartLine, int StartColumn, int EndLine, int EndColumn, ProvedFix? Fix = null);

internal sealed class ScanSnapshotConfiguration : IEntityTypeConfiguration<ScanSnapshot>
{
    public void Configure(EntityTypeBuilder<ScanSnapshot> builder)
    {
        builder.ToTable("scan_snapshots");
        builder.HasKey(s => s.ScanId);
        builder.Property(s => s.Findings).HasColumnType("jsonb")
            .HasConversion(JsonColumn.Converter<IReadOnlyList<SnapshotFinding>>(), JsonColumn.Comparer<IReadOnlyList<SnapshotFinding>>());
        builder.HasOne<Scan>().WithOne().HasForeignKey<ScanSnapshot>(s => s.ScanId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(s => new { s.RepositoryId, s.CommitSha });
        builder.HasIndex(s => new { s.RepositoryId, s.Ref, s.CompletedAt });
    }
}
