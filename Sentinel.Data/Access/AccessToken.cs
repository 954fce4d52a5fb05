using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Data.Access;

/// <summary>Whether a token belongs to a program or to a signed-in person.</summary>
public enum AccessTokenKind { ApiToken, Session }

/// <summary>Something that may call the API. Only the hash of the token is stored.</summary>
public sealed class AccessToken
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required AccessTokenKind Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the token's text: the token has 256 random bits, so a plain hash cannot be searched.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Login of the owner when the token was made.</summary>
    public required string Owner { get; init; }

    /// <summary>The owner; null for somebody who signed in locally.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Of a person's session: <see cref="Person.SessionVersion"/> when it began. Null otherwise.</summary>
    public int? SessionVersion { get; init; }

    /// <summary>The most that the token may do; it never does more than its owner may now.</summary>
    public required Role Role { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

internal sealed class AccessTokenConfiguration : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.ToTable("access_tokens");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Kind).HasConversion<string>();
        builder.Property(t => t.Role).HasConversion<string>();
        builder.HasIndex(t => t.Hash).IsUnique();
        builder.HasIndex(t => new { t.Owner, t.Id });
        builder.HasOne<Person>().WithMany().HasForeignKey(t => t.PersonId).OnDelete(DeleteBehavior.Cascade);
    }
}
