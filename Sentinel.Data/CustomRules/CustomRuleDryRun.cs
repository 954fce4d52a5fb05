using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.CustomRules;

namespace Sentinel.Data.CustomRules;

/// <summary>A version tried over the head of every repository.</summary>
public sealed class CustomRuleDryRun
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string RuleId { get; init; }

    public required int Version { get; init; }

    public DryRunStatus Status { get; set; } = DryRunStatus.Queued;

    /// <summary>The version that was active when it began; null when none was.</summary>
    public int? Against { get; set; }

    public required string RequestedBy { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Until when a worker has it; another may take it afterwards.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>How often a worker has taken it.</summary>
    public int Attempts { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public int RepositoriesTotal { get; set; }

    public int RepositoriesDone { get; set; }

    public int Files { get; set; }

    public int Added { get; set; }

    public int Removed { get; set; }

    public IReadOnlyList<DryRunRepository> Repositories { get; set; } = [];

    public string? Detail { get; set; }
}

internal sealed class CustomRuleDryRunConfiguration : IEntityTypeConfiguration<CustomRuleDryRun>
{
    public void Configure(EntityTypeBuilder<CustomRuleDryRun> builder)
    {
        builder.ToTable("custom_rule_dry_runs");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.Property(r => r.Status).HasConversion<string>();
        builder.Property(r => r.Repositories).HasColumnType("jsonb")
            .HasConversion(JsonColumn.Converter<IReadOnlyList<DryRunRepository>>(), JsonColumn.Comparer<IReadOnlyList<DryRunRepository>>());
        builder.HasOne<CustomRuleVersion>().WithMany().HasForeignKey(r => new { r.RuleId, r.Version }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => r.RequestedAt).HasDatabaseName("ix_custom_rule_dry_runs_waiting").HasFilter("status in ('Queued', 'Running')");
    }
}
