using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Liveness;

namespace Sentinel.Data.Liveness;

/// <summary>
/// The newest answer about one value, wherever it leaked: findings of several repositories with the same fingerprint share it, so a
/// value is asked about once.
/// </summary>
public sealed class SecretLiveness
{
    public required string ProviderId { get; init; }

    /// <summary>The keyed hash that findings of this value carry.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Null until the provider was asked.</summary>
    public LivenessState? State { get; set; }

    public string? Evidence { get; set; }

    public DateTimeOffset? CheckedAt { get; set; }

    /// <summary>When to ask again; null for never.</summary>
    public DateTimeOffset? NextCheckAt { get; set; }

    /// <summary>The time at which the value last worked; null for never.</summary>
    public DateTimeOffset? LastLiveAt { get; set; }

    /// <summary>Keyed hash of the value with what belongs to it, as it was sent last; null when nothing belongs to it.</summary>
    public string? PartsHash { get; set; }

    /// <summary>Answers in a row that proved nothing; the waits between checks grow with it.</summary>
    public int Undecided { get; set; }
}

internal sealed class SecretLivenessConfiguration : IEntityTypeConfiguration<SecretLiveness>
{
    public void Configure(EntityTypeBuilder<SecretLiveness> builder)
    {
        builder.ToTable("secret_liveness");
        builder.HasKey(l => new { l.ProviderId, l.Fingerprint });
        builder.Property(l => l.State).HasConversion<string>();
    }
}
