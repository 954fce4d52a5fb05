using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Scans;

internal sealed class ScanConfiguration : IEntityTypeConfiguration<Scan>
{
    public void Configure(EntityTypeBuilder<Scan> builder)
    {
        builder.ToTable("scans");
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.Kind).HasConversion<string>();
        builder.Property(s => s.Lane).HasConversion<string>();
        builder.Property(s => s.Status).HasConversion<string>();
        builder.Property(s => s.Phase).HasConversion<string>();
        builder.Property(s => s.Report).HasColumnType("jsonb").HasConversion(JsonColumn.Converter<Contracts.Scans.ScanReportDetail?>());
        builder.HasOne<Repository>().WithMany().HasForeignKey(s => s.RepositoryId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Delivery>().WithMany().HasForeignKey(s => s.DeliveryId).OnDelete(DeleteBehavior.SetNull);
        builder.HasIndex(s => new { s.RepositoryId, s.Id });
        builder.HasIndex(s => new { s.RepositoryId, s.CommitSha });
        builder.HasIndex(s => new { s.Status, s.Id });
        builder.HasIndex(s => s.RequestId);
        builder.HasIndex(s => s.CompletedAt);
        // The reconciler and coalescing look only at scans that are not finished: a small index however long the history.
        builder.HasIndex(s => new { s.RepositoryId, s.Ref }).HasDatabaseName("ix_scans_active").HasFilter("status in ('Queued', 'Running')");
        builder.HasIndex(s => s.SupersededById).HasFilter("superseded_by_id is not null");
        builder.HasIndex(s => s.LeaseUntil).HasDatabaseName("ix_scans_leased").HasFilter("status = 'Running'");
    }
}
