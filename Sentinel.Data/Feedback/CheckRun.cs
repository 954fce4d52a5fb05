using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Feedback;

/// <summary>The check run of a commit as it was last written to GitHub, for links. What is to be written comes from the scans.</summary>
public sealed class CheckRun
{
    public required Guid RepositoryId { get; init; }

    public required string HeadSha { get; init; }

    /// <summary>The scan whose result it shows.</summary>
    public required Guid ScanId { get; set; }

    public required long GitHubId { get; set; }

    public required string HtmlUrl { get; set; }

    /// <summary>queued, in_progress or completed.</summary>
    public required string Status { get; set; }

    /// <summary>Null until it is completed.</summary>
    public string? Conclusion { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class CheckRunConfiguration : IEntityTypeConfiguration<CheckRun>
{
    public void Configure(EntityTypeBuilder<CheckRun> builder)
    {
        builder.ToTable("check_runs");
        builder.HasKey(c => new { c.RepositoryId, c.HeadSha });
        builder.HasOne<Repository>().WithMany().HasForeignKey(c => c.RepositoryId).OnDelete(DeleteBehavior.Cascade);
    }
}
