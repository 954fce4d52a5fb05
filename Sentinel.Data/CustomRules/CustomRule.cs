using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.CustomRules;

/// <summary>A rule that the organisation defines for itself.</summary>
public sealed class CustomRule
{
    /// <summary>The rule's id; begins with <c>custom-</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The version that takes part in scans; null for none.</summary>
    public int? ActiveVersion { get; set; }

    public required int LatestVersion { get; set; }

    public required string ChangedBy { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }
}

internal sealed class CustomRuleConfiguration : IEntityTypeConfiguration<CustomRule>
{
    public void Configure(EntityTypeBuilder<CustomRule> builder)
    {
        builder.ToTable("custom_rules");
        builder.Property(r => r.Id).ValueGeneratedNever();
    }
}
