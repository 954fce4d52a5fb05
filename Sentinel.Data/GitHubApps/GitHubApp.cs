using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.GitHubApps;

/// <summary>The GitHub App that was made from the dashboard. There is one at most.</summary>
public sealed class GitHubApp
{
    /// <summary>The only row's key.</summary>
    public const short Only = 1;

    public short Id { get; init; } = Only;

    /// <summary>GitHub's numeric id.</summary>
    public required long AppId { get; init; }

    /// <summary>Its name in addresses.</summary>
    public required string Slug { get; init; }

    public required string Name { get; init; }

    /// <summary>Login of the person or organisation that it belongs to.</summary>
    public required string OwnerLogin { get; init; }

    public required bool OwnedByOrganization { get; init; }

    /// <summary>Its public page at GitHub.</summary>
    public required string HtmlUrl { get; init; }

    /// <summary>For signing people in; not secret.</summary>
    public required string ClientId { get; init; }

    /// <summary>Private key, webhook secret and client secret, encrypted under <c>SENTINEL_KEY</c> and bound to <see cref="AppId"/>.</summary>
    public required byte[] Secrets { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Login of the administrator who made it.</summary>
    public required string CreatedBy { get; init; }
}

internal sealed class GitHubAppConfiguration : IEntityTypeConfiguration<GitHubApp>
{
    public void Configure(EntityTypeBuilder<GitHubApp> builder)
    {
        builder.ToTable("github_app", table => table.HasCheckConstraint("ck_github_app_only", "id = 1"));
        builder.HasKey(app => app.Id).HasName("pk_github_app");
        builder.Property(app => app.Id).ValueGeneratedNever();
    }
}
