using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Imports;

/// <summary>What another tool said of a rule in its last import. Each repository has its own: nobody changes what others read.</summary>
public sealed class ImportedRule
{
    public required Guid RepositoryId { get; init; }

    public required string Id { get; init; }

    public required string Reporter { get; set; }

    public required string Title { get; set; }

    public required FindingCategory Category { get; set; }

    public required Severity Severity { get; set; }

    public required Confidence Confidence { get; set; }

    public int? Cwe { get; set; }

    /// <summary>Plain text; empty for none.</summary>
    public required string Description { get; set; }

    /// <summary>Plain text; empty for none.</summary>
    public required string Remediation { get; set; }

    /// <summary>An https address; null for none.</summary>
    public string? HelpUri { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class ImportedRuleConfiguration : IEntityTypeConfiguration<ImportedRule>
{
    public void Configure(EntityTypeBuilder<ImportedRule> builder)
    {
        builder.ToTable("imported_rules");
        builder.HasKey(r => new { r.RepositoryId, r.Id });
        builder.Property(r => r.Category).HasConversion<string>();
        builder.Property(r => r.Severity).HasConversion<string>();
        builder.Property(r => r.Confidence).HasConversion<string>();
        builder.HasOne<Repository>().WithMany().HasForeignKey(r => r.RepositoryId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => r.Id);
    }
}
