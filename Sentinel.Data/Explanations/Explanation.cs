using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Findings;

namespace Sentinel.Data.Explanations;

/// <summary>An explanation of a finding, by a model or from the rule's own guidance.</summary>
public sealed class Explanation
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid FindingId { get; init; }

    /// <summary>Hash of what was asked; equal questions have equal hashes. Empty while pending.</summary>
    public string ContentHash { get; set; } = "";

    public ExplanationSource Source { get; set; }

    public ExplanationStatus Status { get; set; }

    public string? Model { get; set; }

    public string Summary { get; set; } = "";

    public string Impact { get; set; } = "";

    public string Remediation { get; set; } = "";

    public IReadOnlyList<ExplanationClaim> Claims { get; set; } = [];

    public int DroppedClaims { get; set; }

    public int InputTokens { get; set; }

    public int OutputTokens { get; set; }

    public decimal CostUsd { get; set; }

    /// <summary>Why it is guidance; null for a model's answer.</summary>
    public string? Reason { get; set; }

    public required string RequestId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; set; }
}

internal sealed class ExplanationConfiguration : IEntityTypeConfiguration<Explanation>
{
    public void Configure(EntityTypeBuilder<Explanation> builder)
    {
        builder.ToTable("explanations");
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.Source).HasConversion<string>();
        builder.Property(e => e.Status).HasConversion<string>();
        builder.Property(e => e.CostUsd).HasPrecision(12, 6);
        builder.Property(e => e.Claims).HasColumnType("jsonb")
            .HasConversion(JsonColumn.Converter<IReadOnlyList<ExplanationClaim>>(), JsonColumn.Comparer<IReadOnlyList<ExplanationClaim>>());
        builder.HasOne<Finding>().WithMany().HasForeignKey(e => e.FindingId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => new { e.FindingId, e.Id });
        builder.HasIndex(e => e.RequestId);
    }
}
