using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.GitHubApps;

/// <summary>An administrator is at GitHub to make the App. The row is the proof that the way back was begun here; it is deleted when used.</summary>
public sealed class GitHubAppAttempt
{
    /// <summary>SHA-256 of the state, which has 256 random bits.</summary>
    public required byte[] StateHash { get; init; }

    /// <summary>The person's id, or the login of somebody without one: nobody else may finish it.</summary>
    public required string StartedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class GitHubAppAttemptConfiguration : IEntityTypeConfiguration<GitHubAppAttempt>
{
    public void Configure(EntityTypeBuilder<GitHubAppAttempt> builder)
    {
        builder.ToTable("github_app_attempts");
        builder.HasKey(attempt => attempt.StateHash).HasName("pk_github_app_attempts");
    }
}
