using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Findings;

namespace Sentinel.Data.Exposure;

/// <summary>Who leaked a secret, when, how far it reaches and whether it was rotated. One row per secret finding, never the value.</summary>
public sealed class SecretExposure
{
    /// <summary>Refs that are kept by name; <see cref="RefsTotal"/> counts all.</summary>
    public const int MaxRefs = 50;

    public required Guid FindingId { get; init; }

    public required Guid RepositoryId { get; init; }

    /// <summary>Commit that introduced the value first, as far as the history was read; null while it was not.</summary>
    public string? IntroducedCommit { get; set; }

    public string? AuthorName { get; set; }

    public string? AuthorEmail { get; set; }

    public DateTimeOffset? AuthoredAt { get; set; }

    public DateTimeOffset? CommittedAt { get; set; }

    /// <summary>When the push that brought the value was received; null when the value was there before Sentinel.</summary>
    public DateTimeOffset? FirstPushedAt { get; set; }

    public int CommitsTotal { get; set; }

    /// <summary>Full ref names, sorted, at most <see cref="MaxRefs"/>.</summary>
    public IReadOnlyList<string> Refs { get; set; } = [];

    public int RefsTotal { get; set; }

    /// <summary>Null until the refs were compared once.</summary>
    public DateTimeOffset? RefsCheckedAt { get; set; }

    /// <summary>How often a comparison with the refs was asked for; from 1.</summary>
    public int RefsAsked { get; set; } = 1;

    /// <summary>
    /// The value of <see cref="RefsAsked"/> that the last comparison began with. Less while one is due. Two numbers, so that a comparison
    /// neither undoes what a later one wrote nor answers what was asked after it had looked.
    /// </summary>
    public int RefsCompared { get; set; }

    /// <summary>No ref reaches a commit with the value.</summary>
    public bool Dropped { get; set; }

    /// <summary>Whether the remote hands out the dropped commits; null when not asked.</summary>
    public bool? StillServed { get; set; }

    public RotationProof? Rotation { get; set; }

    public DateTimeOffset? RotatedAt { get; set; }

    /// <summary>Null when no person but the provider's answer shows the rotation.</summary>
    public string? RotatedBy { get; set; }

    public string? RotationNote { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The refs have to be compared again, also when that is being done already.</summary>
    public void AskForRefs(DateTimeOffset at) => (RefsAsked, UpdatedAt) = (RefsAsked + 1, at);

    /// <summary>Stops the clock.</summary>
    public void Rotate(RotationProof proof, string? by, string note, DateTimeOffset at) =>
        (Rotation, RotatedBy, RotationNote, RotatedAt, UpdatedAt) = (proof, by, note, at, at);

    /// <summary>Lets the clock run again from where it began: the value works after all, or came back.</summary>
    public void Unrotate(DateTimeOffset at) => (Rotation, RotatedBy, RotationNote, RotatedAt, UpdatedAt) = (null, null, null, null, at);
}

internal sealed class SecretExposureConfiguration : IEntityTypeConfiguration<SecretExposure>
{
    public void Configure(EntityTypeBuilder<SecretExposure> builder)
    {
        builder.ToTable("secret_exposures");
        builder.HasKey(e => e.FindingId);
        builder.Property(e => e.FindingId).ValueGeneratedNever();
        builder.Property(e => e.Rotation).HasConversion<string>();
        builder.Property(e => e.Refs).HasColumnType("jsonb")
            .HasConversion(JsonColumn.Converter<IReadOnlyList<string>>(), JsonColumn.Comparer<IReadOnlyList<string>>());
        builder.HasOne<Finding>().WithOne().HasForeignKey<SecretExposure>(e => e.FindingId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(e => e.RepositoryId).HasDatabaseName("ix_secret_exposures_refs_due").HasFilter("refs_compared < refs_asked");
    }
}
