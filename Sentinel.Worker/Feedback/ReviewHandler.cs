using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Outbox;
using Sentinel.GitHub;
using Sentinel.GitHub.PullRequests;
using Sentinel.Worker.Outbox;

namespace Sentinel.Worker.Feedback;

/// <summary>
/// Brings a pull request's comments to what they should be. They are found again by a mark that nobody sees, and only in what the App
/// itself wrote; what is the same is not written again.
/// </summary>
internal sealed class ReviewHandler(GitHubClients clients, HeadStates states, TimeProvider time) : GitHubHandler(clients)
{
    private static readonly TimeSpan BaseWait = TimeSpan.FromSeconds(10);

    public override string Kind => OutboxMessage.GitHubReview;

    protected override async Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, JsonElement payload, GitHubPlace place, CancellationToken cancellationToken)
    {
        var number = payload.GetProperty("number").GetInt32();
        var pull = await delivery.Database.PullRequests.AsNoTracking()
            .SingleOrDefaultAsync(p => p.RepositoryId == place.Repository.Id && p.Number == number, cancellationToken);
        if (pull is not { State: PullRequestState.Open }) return OutboxOutcome.Done;
        var state = await states.OfPullRequestAsync(delivery.Database, place.Connection, place.Repository, pull, cancellationToken);
        if (state is null) return OutboxOutcome.Done;
        if (state.WaitsForBase) return new OutboxOutcome.Postponed(time.GetUtcNow() + BaseWait, "The base branch is being scanned.");

        var threads = await place.Connection.ReviewThreadsAsync(place.Repository.FullName, number, cancellationToken);
        // The head moved on; the scan of the new one brings another message.
        if (threads.HeadSha != pull.HeadSha) return OutboxOutcome.Done;
        state = await NumberAsync(delivery.Database, place.Repository.Id, number, state, cancellationToken);
        var existing = new ExistingReview(await SummaryAsync(place, number, cancellationToken), [.. threads.Threads.Where(t => t.IsOwn)]);
        var diff = state.Introduced.Any() ? await HeadStates.DiffAsync(place.Connection, place.Repository, number, cancellationToken) : new DiffLines([]);
        await WriteAsync(place, number, pull.HeadSha, ReviewPlanner.Plan(state, diff, existing), existing, cancellationToken);
        return OutboxOutcome.Done;
    }

    // Before anything is written, so that what was told by a number keeps it whatever fails.
    private static async Task<HeadState> NumberAsync(SentinelDbContext database, Guid repositoryId, int pullRequest, HeadState state, CancellationToken cancellationToken)
    {
        // What is about the change and not about a commit is no finding that could be named.
        Guid[] told = [.. ReviewPlanner.Told(state).Select(f => f.Id).Where(id => id != Guid.Empty)];
        if (told.Length == 0) return state;
        var numbers = await FindingNumbers.GiveAsync(database, repositoryId, pullRequest, told, cancellationToken);
        return state with { Findings = [.. state.Findings.Select(f => f with { Number = numbers.TryGetValue(f.Id, out var given) ? given : null })] };
    }

    private static async Task<ExistingComment?> SummaryAsync(GitHubPlace place, int number, CancellationToken cancellationToken)
    {
        await foreach (var comment in place.Connection.ListCommentsAsync(place.Repository.FullName, number, cancellationToken))
        {
            // Anybody may copy the mark; only the App's own comment is ours to edit.
            if (comment.PerformedViaGithubApp?.Id == place.AppId && comment.Body?.StartsWith(ReviewPlanner.SummaryMarker, StringComparison.Ordinal) == true)
                return new ExistingComment(comment.Id, comment.Body);
        }
        return null;
    }

    private static async Task WriteAsync(
        GitHubPlace place, int number, string headSha, ReviewPlan plan, ExistingReview existing, CancellationToken cancellationToken)
    {
        var (connection, repository) = (place.Connection, place.Repository.FullName);
        if (plan.Add.Count > 0) await connection.CreateReviewAsync(repository, number, headSha, plan.Add, cancellationToken);
        foreach (var comment in plan.Edit) await connection.UpdateReviewCommentAsync(repository, comment.Id, comment.Body, cancellationToken);
        foreach (var thread in plan.Resolve) await connection.SetResolvedAsync(thread, resolved: true, cancellationToken);
        foreach (var thread in plan.Unresolve) await connection.SetResolvedAsync(thread, resolved: false, cancellationToken);
        if (plan.Summary is not { } summary) return;
        if (existing.Summary is { } known) await connection.UpdateCommentAsync(repository, known.Id, summary, cancellationToken);
        else await connection.CreateCommentAsync(repository, number, summary, cancellationToken);
    }
}
