using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Findings;

namespace Sentinel.Data.Findings;

/// <summary>A finding on one ref. A finding is closed when no ref has it present.</summary>
public sealed class FindingInstance
{
    public required Guid FindingId { get; init; }

    public required string Ref { get; init; }

    public required Guid RepositoryId { get; init; }

    public required string Path { get; set; }

    public required int StartLine { get; set; }

    public required int StartColumn { get; set; }

    public required int EndLine { get; set; }

    public required int EndColumn { get; set; }

    /// <summary>Content that holds the primary place: tells whether the code changed or something else did.</summary>
    public required string BlobSha { get; set; }

    public required string CommitSha { get; set; }

    public required Guid ScanId { get; set; }

    public required bool Present { get; set; }

    public required IReadOnlyList<Place> Places { get; set; }

    /// <summary>Who sees it on the ref now: ids of analyzers, and names of imports (<c>sarif/…</c>). Empty when it is not present.</summary>
    public List<string> Reporters { get; set; } = [];

    /// <summary>Mends it at its primary place in <see cref="CommitSha"/>; null when no fix was proved.</summary>
    public ProvedFix? Fix { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class FindingInstanceConfiguration : IEntityTypeConfiguration<FindingInstance>
{
    public void Configure(EntityTypeBuilder<FindingInstance> builder)
    {
        builder.ToTable("finding_instances");
        builder.HasKey(i => new { i.FindingId, i.Ref });
        builder.Property(i => i.Places).HasColumnType("jsonb")
            .HasConversion(JsonColumn.Converter<IReadOnlyList<Place>>(), JsonColumn.Comparer<IReadOnlyList<Place>>());
        builder.Property(i => i.Fix).HasColumnType("jsonb").HasConversion(JsonColumn.Converter<ProvedFix?>());
        builder.Property(i => i.Reporters).HasDefaultValueSql("'{}'");
        builder.HasOne<Finding>().WithMany().HasForeignKey(i => i.FindingId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(i => new { i.RepositoryId, i.Ref }).HasFilter("present");
    }
}
