using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Scans;

namespace Sentinel.Data.Imports;

/// <summary>Results of other tools that wait for a worker: what the scan of an import reads.</summary>
public sealed class SarifImport
{
    public required Guid ScanId { get; init; }

    public required Guid RepositoryId { get; init; }

    /// <summary>Who reports, by the names of <c>finding_instances.reporters</c>.</summary>
    public required string[] Reporters { get; init; }

    /// <summary>The reduced runs as gzipped JSON; null once they are findings.</summary>
    public byte[]? Content { get; set; }
}

internal sealed class SarifImportConfiguration : IEntityTypeConfiguration<SarifImport>
{
    public void Configure(EntityTypeBuilder<SarifImport> builder)
    {
        builder.ToTable("sarif_imports");
        builder.HasKey(i => i.ScanId);
        builder.HasOne<Scan>().WithOne().HasForeignKey<SarifImport>(i => i.ScanId).OnDelete(DeleteBehavior.Cascade);
    }
}
