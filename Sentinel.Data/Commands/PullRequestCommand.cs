using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Sentinel.Data.Feedback;

namespace Sentinel.Data.Commands;

/// <summary>What became of a command.</summary>
public enum CommandOutcome
{
    /// <summary>It was carried out.</summary>
    Done,

    /// <summary>It could not be understood, or names what is not there.</summary>
    NotUnderstood,

    /// <summary>It was understood and cannot be carried out as things are: the pull request is closed, the finding is fixed.</summary>
    Declined,

    /// <summary>Its author may not give commands here.</summary>
    Refused,

    /// <summary>Its author gave too many.</summary>
    Limited,
}

/// <summary>What is answered.</summary>
/// <param name="Text">Markdown; null when a reaction alone is the answer, or silence.</param>
public sealed record CommandAnswer(CommandOutcome Outcome, string? Text);

/// <summary>
/// A command and what is answered to it. The answer is stored in the transaction of what the command does, so that a command whose
/// answer did not reach GitHub is answered again and not done again.
/// </summary>
public sealed class PullRequestCommand
{
    public required Guid RepositoryId { get; init; }

    public required CommentKind CommentKind { get; init; }

    public required long CommentId { get; init; }

    public required int PullRequestNumber { get; init; }

    public required long AuthorId { get; init; }

    /// <summary>When it was first looked at.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Commands of its author at this pull request in the hour before.</summary>
    public required int Before { get; init; }

    /// <summary>Null while it is not decided.</summary>
    public CommandOutcome? Outcome { get; set; }

    /// <summary>Markdown; null while it is not decided, and when a reaction alone is the answer.</summary>
    public string? Answer { get; set; }
}

internal sealed class PullRequestCommandConfiguration : IEntityTypeConfiguration<PullRequestCommand>
{
    public void Configure(EntityTypeBuilder<PullRequestCommand> builder)
    {
        builder.ToTable("pull_request_commands");
        builder.HasKey(c => new { c.RepositoryId, c.CommentKind, c.CommentId });
        builder.Property(c => c.CommentKind).HasConversion<string>();
        builder.Property(c => c.Outcome).HasConversion<string>();
        builder.HasOne<PullRequest>().WithMany().HasForeignKey(c => new { c.RepositoryId, c.PullRequestNumber }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => new { c.RepositoryId, c.PullRequestNumber, c.AuthorId, c.At });
    }
}
