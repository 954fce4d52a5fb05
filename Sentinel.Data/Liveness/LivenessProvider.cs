using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Liveness;

/// <summary>A provider that workers can ask, as they describe it themselves, and whether an administrator lets them.</summary>
public sealed class LivenessProvider
{
    /// <summary>Kebab-case.</summary>
    public required string Id { get; init; }

    public required string Name { get; set; }

    public required string Host { get; set; }

    /// <summary>What is sent, with a placeholder where the value goes.</summary>
    public required string Request { get; set; }

    public required string Documentation { get; set; }

    public required List<string> RuleIds { get; set; }

    /// <summary>Why the workers' configuration forbids it; null when it does not.</summary>
    public string? Blocked { get; set; }

    /// <summary>Off until an administrator switches it on.</summary>
    public bool Enabled { get; set; }

    public string? ChangedBy { get; set; }

    public DateTimeOffset? ChangedAt { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class LivenessProviderConfiguration : IEntityTypeConfiguration<LivenessProvider>
{
    public void Configure(EntityTypeBuilder<LivenessProvider> builder)
    {
        builder.ToTable("liveness_providers");
        builder.Property(p => p.Id).ValueGeneratedNever();
    }
}
