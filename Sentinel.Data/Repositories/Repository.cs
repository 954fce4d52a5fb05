using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Repositories;

/// <summary>A repository that Sentinel knows of, from GitHub or by URL.</summary>
public sealed class Repository
{
    /// <summary>Holds the scans of synthetic content by which Sentinel tries its own detectors; shown in no list.</summary>
    public static readonly Guid Heartbeat = new("00000000-0000-7000-8000-6865617274ff");

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>GitHub's numeric id, which survives renames and transfers; null for a repository added by URL.</summary>
    public long? GitHubId { get; set; }

    public long? InstallationId { get; set; }

    /// <summary><c>owner/name</c>, or the URL without its scheme for a repository added by URL.</summary>
    public required string FullName { get; set; }

    /// <summary>Never holds a credential.</summary>
    public required string CloneUrl { get; set; }

    public string? DefaultBranch { get; set; }

    public bool Private { get; set; }

    public bool Archived { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public Guid? LastScanId { get; set; }

    public DateTimeOffset? LastScannedAt { get; set; }

    /// <summary>Commit of the newest finished scan of the default branch.</summary>
    public string? HeadCommit { get; set; }

    /// <summary>Whether the policy of its default branch lets a model explain findings; true until a policy was read.</summary>
    public bool AiExplain { get; set; } = true;

    /// <summary>What the policy of the default branch says of <c>comments.minimum-acted-on</c>, in percent; null where it says nothing.</summary>
    public int? MinimumActedOn { get; set; }
}

internal sealed class RepositoryConfiguration : IEntityTypeConfiguration<Repository>
{
    public void Configure(EntityTypeBuilder<Repository> builder)
    {
        builder.ToTable("repositories");
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.HasIndex(r => r.GitHubId).IsUnique();
        // One row for each URL added by hand; GitHub's repositories are told apart by their id.
        builder.HasIndex(r => r.CloneUrl).IsUnique().HasFilter("git_hub_id is null");
        builder.HasIndex(r => new { r.FullName, r.Id });
        builder.Property(r => r.AiExplain).HasDefaultValue(true);
        builder.HasIndex(r => r.LastScannedAt);
    }
}
