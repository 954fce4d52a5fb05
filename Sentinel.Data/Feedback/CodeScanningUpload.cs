using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Repositories;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Feedback;

/// <summary>The last time that a repository's findings were offered to GitHub code scanning.</summary>
public sealed class CodeScanningUpload
{
    public required Guid RepositoryId { get; init; }

    public required CodeScanningState State { get; set; }

    public required DateTimeOffset At { get; set; }

    public required string CommitSha { get; set; }

    /// <summary>Findings that were uploaded.</summary>
    public int Results { get; set; }

    /// <summary>Findings beyond GitHub's limits, the least severe.</summary>
    public int LeftOut { get; set; }

    /// <summary>What is not as it should be, in plain words; null for nothing.</summary>
    public string? Detail { get; set; }
}

internal sealed class CodeScanningUploadConfiguration : IEntityTypeConfiguration<CodeScanningUpload>
{
    public void Configure(EntityTypeBuilder<CodeScanningUpload> builder)
    {
        builder.ToTable("code_scanning_uploads");
        builder.HasKey(u => u.RepositoryId);
        builder.Property(u => u.State).HasConversion<string>();
        builder.HasOne<Repository>().WithOne().HasForeignKey<CodeScanningUpload>(u => u.RepositoryId).OnDelete(DeleteBehavior.Cascade);
    }
}
