using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Feedback;

/// <summary>Where a pull request stands.</summary>
public enum PullRequestState { Open, Closed, Merged }

/// <summary>A pull request as GitHub last described it.</summary>
public sealed class PullRequest
{
    public required Guid RepositoryId { get; init; }

    public required int Number { get; init; }

    public required PullRequestState State { get; set; }

    public required string HeadSha { get; set; }

    /// <summary>Without <c>refs/heads/</c>; it lies in another repository when <see cref="FromFork"/>.</summary>
    public required string HeadRef { get; set; }

    /// <summary>Tip of the base branch when GitHub last spoke of the pull request.</summary>
    public required string BaseSha { get; set; }

    /// <summary>Without <c>refs/heads/</c>.</summary>
    public required string BaseRef { get; set; }

    public required bool Draft { get; set; }

    public required bool FromFork { get; set; }

    public required string AuthorLogin { get; set; }

    public required string Title { get; set; }

    /// <summary>By GitHub's clock: an older description that arrives late changes nothing.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class PullRequestConfiguration : IEntityTypeConfiguration<PullRequest>
{
    public void Configure(EntityTypeBuilder<PullRequest> builder)
    {
        builder.ToTable("pull_requests");
        builder.HasKey(p => new { p.RepositoryId, p.Number });
        builder.Property(p => p.State).HasConversion<string>();
        builder.HasOne<Repository>().WithMany().HasForeignKey(p => p.RepositoryId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(p => new { p.RepositoryId, p.HeadSha });
    }
}
