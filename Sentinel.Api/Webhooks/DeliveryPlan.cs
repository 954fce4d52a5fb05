using Sentinel.Contracts.Scans;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;

namespace Sentinel.Api.Webhooks;

/// <summary>What one delivery asks Sentinel to do: the pure result of reading a payload, stored in one transaction.</summary>
internal sealed record DeliveryPlan
{
    public required PlanOutcome Outcome { get; init; }

    public string? Action { get; init; }

    public long? InstallationId { get; init; }

    /// <summary>Why nothing is done, for people; null when something is.</summary>
    public string? Detail { get; init; }

    /// <summary>GitHub's id of the repository the delivery is about; null for deliveries about an account.</summary>
    public long? RepositoryId { get; init; }

    /// <summary>Repositories to create or bring up to date.</summary>
    public IReadOnlyList<RepositoryFacts> Repositories { get; init; } = [];

    /// <summary>GitHub ids of repositories that Sentinel's App can no longer see.</summary>
    public IReadOnlyList<long> Uninstalled { get; init; } = [];

    /// <summary>An installation that was removed with all its repositories.</summary>
    public long? RemovedInstallation { get; init; }

    /// <summary>The pull request that the delivery describes; null when it describes none.</summary>
    public PullRequestFacts? PullRequest { get; init; }

    public IReadOnlyList<PlannedScan> Scans { get; init; } = [];

    /// <summary>A command that a comment holds; null when it holds none.</summary>
    public PlannedCommand? Command { get; init; }

    /// <summary>A ref that is gone, so that its queued scans are pointless and its findings no longer stand there.</summary>
    public RetiredRef? Retired { get; init; }

    /// <summary>True when the order relative to other deliveries matters, so that no other may share its transaction.</summary>
    public bool StandsAlone => Uninstalled.Count > 0 || RemovedInstallation is not null || Retired is not null;

    public static DeliveryPlan Ignored(string? action, string detail) => new() { Outcome = PlanOutcome.Ignored, Action = action, Detail = detail };
}

/// <summary>How a delivery was taken.</summary>
internal enum PlanOutcome { Accepted, Ignored, Unknown }

/// <summary>What a payload says of a repository; null means that it does not say.</summary>
internal sealed record RepositoryFacts(
    long GitHubId, string FullName, string CloneUrl, long? InstallationId = null, string? DefaultBranch = null,
    bool? Private = null, bool? Archived = null);

/// <summary>What a payload says of a pull request.</summary>
internal sealed record PullRequestFacts(
    long RepositoryId, int Number, PullRequestState State, string HeadSha, string HeadRef, string BaseSha, string BaseRef, bool Draft, bool FromFork,
    string AuthorLogin, string Title, DateTimeOffset UpdatedAt);

/// <summary>A scan to queue.</summary>
/// <param name="CommitSha">Null when only the ref is known.</param>
internal sealed record PlannedScan(
    long RepositoryId, ScanKind Kind, ScanLane Lane, string Ref, string? CommitSha = null, string? BaseSha = null,
    string? BeforeSha = null, int? PullRequestNumber = null);

/// <summary>A command to carry out; see <see cref="CommandMessage"/> for its parts.</summary>
/// <param name="RepositoryId">GitHub's id of the repository.</param>
internal sealed record PlannedCommand(
    long RepositoryId, int PullRequest, CommentKind CommentKind, long CommentId, long? InReplyTo, long AuthorId, string AuthorLogin, CommentCommand Command);

/// <summary>A ref that no longer exists.</summary>
/// <param name="MergedInto">The ref that took its commits over; null when they went nowhere.</param>
internal sealed record RetiredRef(long RepositoryId, string Ref, string? CommitSha, string? MergedInto);
