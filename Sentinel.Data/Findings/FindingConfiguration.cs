using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Findings;

internal sealed class FindingConfiguration : IEntityTypeConfiguration<Finding>
{
    public void Configure(EntityTypeBuilder<Finding> builder)
    {
        builder.ToTable("findings");
        builder.Property(f => f.Id).ValueGeneratedNever();
        builder.Property(f => f.Category).HasConversion<string>();
        builder.Property(f => f.Severity).HasConversion<string>();
        builder.Property(f => f.Confidence).HasConversion<string>();
        builder.Property(f => f.State).HasConversion<string>();
        builder.Property(f => f.DismissReason).HasConversion<string>();
        builder.Property(f => f.Liveness).HasConversion<string>();
        // Computed by the database, so that it can never disagree with the severity.
        builder.Property(f => f.SeverityRank).HasComputedColumnSql(
            "(case severity when 'Critical' then 4 when 'High' then 3 when 'Medium' then 2 when 'Low' then 1 else 0 end)::smallint", stored: true);
        builder.HasOne<Repository>().WithMany().HasForeignKey(f => f.RepositoryId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(f => new { f.RepositoryId, f.Fingerprint, f.Ordinal }).IsUnique();

        // Every list is newest-worst first: (severity_rank desc, id desc) behind each filter the dashboard offers.
        builder.HasIndex(f => new { f.SeverityRank, f.Id }).IsDescending().HasDatabaseName("ix_findings_open")
            .HasFilter("state in ('Open', 'Reopened', 'Removed')");
        builder.HasIndex(f => new { f.RepositoryId, f.SeverityRank, f.Id }).IsDescending(false, true, true).HasDatabaseName("ix_findings_open_repository")
            .HasFilter("state in ('Open', 'Reopened', 'Removed')");
        builder.HasIndex(f => new { f.State, f.SeverityRank, f.Id }).IsDescending(false, true, true);
        builder.HasIndex(f => new { f.RuleId, f.SeverityRank, f.Id }).IsDescending(false, true, true);
        builder.HasIndex(f => new { f.Category, f.SeverityRank, f.Id }).IsDescending(false, true, true);
        builder.HasIndex(f => f.Fingerprint);
        builder.HasIndex(f => f.FirstSeenAt);
        builder.HasIndex(f => f.ClosedAt);
        builder.HasIndex(f => f.DismissExpiresAt).HasFilter("dismiss_expires_at is not null");
    }
}
