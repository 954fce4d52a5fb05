using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Scans;

/// <summary>
/// What the last scan of a ref looked at, so that the next one looks only at what changed since. Coverage is kept as "all but": every
/// file of the commit was covered, except for the <see cref="ScanGap"/> rows. No row means that the next scan looks at everything.
/// </summary>
public sealed class ScanBaseline
{
    public required Guid RepositoryId { get; init; }

    public required string Ref { get; init; }

    /// <summary>The scan that wrote this row; findings that it saw carry its id.</summary>
    public required Guid ScanId { get; set; }

    public required string CommitSha { get; set; }

    /// <summary>Hash over everything but the tree on which the result depends: rules, limits, the fingerprint key.</summary>
    public required string Basis { get; set; }

    /// <summary>Files of the tree, skipped ones included.</summary>
    public required int Files { get; set; }

    /// <summary>Bytes of all files that are not too large to be read.</summary>
    public required long Bytes { get; set; }

    /// <summary>Number of gaps that skip a whole file for what it is; those that are tried again are not counted.</summary>
    public required int Skipped { get; set; }

    public required IReadOnlyList<PluginCoverage> Plugins { get; set; }
}

/// <summary>What one plug-in covered of a commit.</summary>
/// <param name="Findings">Before equal secrets are counted as one.</param>
public sealed record PluginCoverage(string Id, int Files, int Findings);

internal sealed class ScanBaselineConfiguration : IEntityTypeConfiguration<ScanBaseline>
{
    public void Configure(EntityTypeBuilder<ScanBaseline> builder)
    {
        builder.ToTable("scan_baselines");
        builder.HasKey(b => new { b.RepositoryId, b.Ref });
        builder.Property(b => b.Plugins).HasColumnType("jsonb")
            .HasConversion(JsonColumn.Converter<IReadOnlyList<PluginCoverage>>(), JsonColumn.Comparer<IReadOnlyList<PluginCoverage>>());
        builder.HasOne<Repository>().WithMany().HasForeignKey(b => b.RepositoryId).OnDelete(DeleteBehavior.Cascade);
    }
}
