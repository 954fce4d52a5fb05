using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Repositories;

namespace Sentinel.Data.Deliveries;

/// <summary>What became of a webhook delivery.</summary>
public enum DeliveryOutcome { Accepted, Ignored, Unknown, Failed }

/// <summary>A webhook that was accepted, stored before GitHub got its 202.</summary>
public sealed class Delivery
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>GitHub's <c>X-GitHub-Delivery</c>; a repeat of it does nothing.</summary>
    public required string DeliveryId { get; init; }

    public required string Event { get; init; }

    public string? Action { get; init; }

    public Guid? RepositoryId { get; set; }

    public long? InstallationId { get; init; }

    public required string RequestId { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>The raw body: bytes, because jsonb refuses some valid JSON (U+0000).</summary>
    public required byte[] Payload { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DeliveryOutcome Outcome { get; set; }

    public string? Detail { get; set; }
}

internal sealed class DeliveryConfiguration : IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Delivery> builder)
    {
        builder.ToTable("deliveries");
        builder.Property(d => d.Id).ValueGeneratedNever();
        builder.Property(d => d.Outcome).HasConversion<string>();
        builder.HasIndex(d => d.DeliveryId).IsUnique();
        builder.HasIndex(d => d.RequestId);
        builder.HasIndex(d => d.ReceivedAt);
        builder.HasOne<Repository>().WithMany().HasForeignKey(d => d.RepositoryId).OnDelete(DeleteBehavior.SetNull);
    }
}
