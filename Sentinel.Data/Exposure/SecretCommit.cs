using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Findings;

namespace Sentinel.Data.Exposure;

/// <summary>A commit that introduced a content holding a secret.</summary>
public sealed class SecretCommit
{
    /// <summary>Commits kept of one finding; <see cref="SecretExposure.CommitsTotal"/> counts on.</summary>
    public const int MaxPerFinding = 500;

    public required Guid FindingId { get; init; }

    public required string CommitSha { get; init; }

    public required string BlobSha { get; init; }

    public required string Path { get; init; }

    /// <summary>1-based.</summary>
    public required int StartLine { get; init; }

    public required string AuthorName { get; init; }

    public required string AuthorEmail { get; init; }

    public required DateTimeOffset AuthoredAt { get; init; }

    public required DateTimeOffset CommittedAt { get; init; }

    /// <summary>When the push that brought the commit was received; null when it was there before Sentinel.</summary>
    public DateTimeOffset? PushedAt { get; set; }
}

internal sealed class SecretCommitConfiguration : IEntityTypeConfiguration<SecretCommit>
{
    public void Configure(EntityTypeBuilder<SecretCommit> builder)
    {
        builder.ToTable("secret_commits");
        builder.HasKey(c => new { c.FindingId, c.CommitSha });
        builder.HasOne<Finding>().WithMany().HasForeignKey(c => c.FindingId).OnDelete(DeleteBehavior.Cascade);
    }
}
