using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Feedback;

/// <summary>The short number by which people name a finding at one pull request. It is never given to another finding there.</summary>
public sealed class PullRequestFinding
{
    public required Guid RepositoryId { get; init; }

    public required int PullRequestNumber { get; init; }

    /// <summary>Counted from 1 in the order in which findings were first told.</summary>
    public required int Number { get; init; }

    public required Guid FindingId { get; init; }

    /// <summary>
    /// Whether it stands in the newest scanned head; false when the code that held it is gone. Null when that is not known: it went because
    /// of newer rules or the like, or it was told before this was kept.
    /// </summary>
    public bool? Standing { get; set; }
}

internal sealed class PullRequestFindingConfiguration : IEntityTypeConfiguration<PullRequestFinding>
{
    public void Configure(EntityTypeBuilder<PullRequestFinding> builder)
    {
        builder.ToTable("pull_request_findings");
        builder.HasKey(f => new { f.RepositoryId, f.PullRequestNumber, f.Number });
        builder.HasIndex(f => new { f.RepositoryId, f.PullRequestNumber, f.FindingId }).IsUnique();
        // No key to the finding: were one deleted, its number must stay taken.
        builder.HasOne<PullRequest>().WithMany().HasForeignKey(f => new { f.RepositoryId, f.PullRequestNumber }).OnDelete(DeleteBehavior.Cascade);
    }
}
