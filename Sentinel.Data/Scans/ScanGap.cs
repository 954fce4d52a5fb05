using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Scans;

/// <summary>A file that the scan behind a <see cref="ScanBaseline"/> did not look at, or one of its plug-ins could not.</summary>
public sealed class ScanGap
{
    /// <summary><see cref="Reason"/> of a file on which one plug-in failed.</summary>
    public const string PluginError = "plugin-error";

    public required Guid RepositoryId { get; init; }

    public required string Ref { get; init; }

    /// <summary>SHA-256 of the path's UTF-8 bytes: a path may be longer than an index takes.</summary>
    public required byte[] PathHash { get; init; }

    /// <summary>Empty when the whole file was skipped.</summary>
    public required string PluginId { get; init; }

    public required string Path { get; init; }

    /// <summary>Empty for what is not a file, such as a link.</summary>
    public required string BlobSha { get; init; }

    /// <summary>Bytes.</summary>
    public required long Length { get; init; }

    /// <summary>A skip reason of the engine, or <see cref="PluginError"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>Every scan tries again, because the fault may have been of the moment.</summary>
    public required bool Retry { get; init; }
}

internal sealed class ScanGapConfiguration : IEntityTypeConfiguration<ScanGap>
{
    public void Configure(EntityTypeBuilder<ScanGap> builder)
    {
        builder.ToTable("scan_gaps");
        builder.HasKey(g => new { g.RepositoryId, g.Ref, g.PathHash, g.PluginId });
        builder.HasOne<ScanBaseline>().WithMany().HasForeignKey(g => new { g.RepositoryId, g.Ref }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(g => new { g.RepositoryId, g.Ref }).HasDatabaseName("ix_scan_gaps_retry").HasFilter("retry");
    }
}
