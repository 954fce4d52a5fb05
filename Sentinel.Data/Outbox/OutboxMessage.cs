using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Sentinel.Data.Outbox;

/// <summary>Delivery state of an outbox message.</summary>
public enum OutboxStatus { Pending, Done, DeadLettered }

/// <summary>Something to be done outside the database, written in the transaction that makes it necessary.</summary>
public sealed class OutboxMessage
{
    /// <summary>Asks the AI service to explain a finding; payload <c>{"findingId": "…"}</c>.</summary>
    public const string ExplanationRequested = "explanation.requested";

    /// <summary>
    /// Brings the check run of a commit up to date at GitHub; payload <c>{"repositoryId": "…", "headSha": "…"}</c>. Written by the
    /// database whenever a scan's status changes, see <see cref="Feedback.ScanFeedback"/>.
    /// </summary>
    public const string GitHubCheck = "github.check";

    /// <summary>Brings the review of a pull request up to date at GitHub; payload <c>{"repositoryId": "…", "number": 7}</c>.</summary>
    public const string GitHubReview = "github.review";

    /// <summary>Uploads the findings of the default branch to GitHub code scanning, where that is on; payload <c>{"repositoryId": "…"}</c>.</summary>
    public const string GitHubCodeScanning = "github.code-scanning";

    /// <summary>Carries out and answers a command that somebody wrote in a comment; payload <see cref="Commands.CommandMessage"/>.</summary>
    public const string GitHubCommand = "github.command";

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Kind { get; init; }

    /// <summary>Messages of one key are delivered in order.</summary>
    public required string AggregateKey { get; init; }

    /// <summary>Writing the same key twice is one message.</summary>
    public required string IdempotencyKey { get; init; }

    public Guid? RepositoryId { get; init; }

    public required string Payload { get; init; }

    public OutboxStatus Status { get; set; } = OutboxStatus.Pending;

    public int Attempts { get; set; }

    public required DateTimeOffset NextAttemptAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ProcessedAt { get; set; }

    public string? LastError { get; set; }

    public string? RequestId { get; init; }

    public string? TraceParent { get; init; }
}

internal sealed class OutboxMessageConfiguration : IEntityTypeConfiguration<OutboxMessage>
{
    public void Configure(EntityTypeBuilder<OutboxMessage> builder)
    {
        builder.ToTable("outbox_messages");
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.Property(m => m.Status).HasConversion<string>();
        builder.Property(m => m.Payload).HasColumnType("jsonb");
        builder.HasIndex(m => m.IdempotencyKey).IsUnique();
        builder.HasIndex(m => m.NextAttemptAt).HasFilter("status = 'Pending'");
        builder.HasIndex(m => m.RequestId);
        builder.HasIndex(m => new { m.Kind, m.AggregateKey, m.Id }).HasDatabaseName("ix_outbox_messages_pending").HasFilter("status = 'Pending'");
    }
}
