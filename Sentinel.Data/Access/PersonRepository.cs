using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Access;

/// <summary>A repository that GitHub lets a person see, as of <see cref="Person.VisibilityReadAt"/>.</summary>
public sealed class PersonRepository
{
    public required Guid PersonId { get; init; }

    /// <summary>GitHub's numeric id; Sentinel may not know the repository yet.</summary>
    public required long GitHubId { get; init; }
}

internal sealed class PersonRepositoryConfiguration : IEntityTypeConfiguration<PersonRepository>
{
    public void Configure(EntityTypeBuilder<PersonRepository> builder)
    {
        builder.ToTable("person_repositories");
        builder.HasKey(r => new { r.PersonId, r.GitHubId });
        builder.HasOne<Person>().WithMany().HasForeignKey(r => r.PersonId).OnDelete(DeleteBehavior.Cascade);
    }
}
