using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Data.Access;

/// <summary>Somebody who signed in with GitHub.</summary>
public sealed class Person
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>GitHub's numeric id, which stays when the login changes; a login can come to belong to somebody else.</summary>
    public required long GitHubId { get; init; }

    /// <summary>As of the last sign-in.</summary>
    public required string Login { get; set; }

    /// <summary>Null when the person gave GitHub none.</summary>
    public string? Name { get; set; }

    /// <summary>Null when GitHub told none.</summary>
    public string? AvatarUrl { get; set; }

    public required Role Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset SignedInAt { get; set; }

    /// <summary>Sessions of another version are over; counts up when the person signs out everywhere.</summary>
    public int SessionVersion { get; set; } = 1;

    /// <summary>Encrypted with the installation's keys; null when there is none to ask GitHub with.</summary>
    public byte[]? GitHubToken { get; set; }

    /// <summary>When <see cref="GitHubToken"/> ends; null for one that does not.</summary>
    public DateTimeOffset? GitHubTokenExpiresAt { get; set; }

    /// <summary>Encrypted; null for a token that does not end.</summary>
    public byte[]? GitHubRefreshToken { get; set; }

    /// <summary>When GitHub last told what the person may see; null when it never did.</summary>
    public DateTimeOffset? VisibilityReadAt { get; set; }

    /// <summary>When GitHub is to be asked again; null for at once.</summary>
    public DateTimeOffset? VisibilityDueAt { get; set; }

    /// <summary>Ends all sessions and forgets what GitHub is asked with, so that nothing of them is of use to anybody.</summary>
    public void SignOutEverywhere()
    {
        SessionVersion++;
        (GitHubToken, GitHubTokenExpiresAt, GitHubRefreshToken) = (null, null, null);
        // Nobody can ask GitHub for this person any more: what was seen through the token must not outlive it.
        (VisibilityReadAt, VisibilityDueAt) = (null, null);
    }
}

internal sealed class PersonConfiguration : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.ToTable("people");
        builder.Property(p => p.Id).ValueGeneratedNever();
        builder.Property(p => p.Role).HasConversion<string>();
        builder.HasIndex(p => p.GitHubId).IsUnique();
    }
}
