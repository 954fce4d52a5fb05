using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.CustomRules;

namespace Sentinel.Data.CustomRules;

/// <summary>What a rule said at one time. Kept for ever.</summary>
public sealed class CustomRuleVersion
{
    public required string RuleId { get; init; }

    /// <summary>1 for the first.</summary>
    public required int Version { get; init; }

    public required CustomRuleDefinition Definition { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? ActivatedBy { get; set; }

    public DateTimeOffset? ActivatedAt { get; set; }
}

internal sealed class CustomRuleVersionConfiguration : IEntityTypeConfiguration<CustomRuleVersion>
{
    public void Configure(EntityTypeBuilder<CustomRuleVersion> builder)
    {
        builder.ToTable("custom_rule_versions");
        builder.HasKey(v => new { v.RuleId, v.Version });
        builder.Property(v => v.Definition).HasColumnType("jsonb").HasConversion(JsonColumn.Converter<CustomRuleDefinition>(), JsonColumn.Comparer<CustomRuleDefinition>());
        builder.HasOne<CustomRule>().WithMany().HasForeignKey(v => v.RuleId).OnDelete(DeleteBehavior.Cascade);
    }
}
