using System.Text.Json;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Outbox;
using Sentinel.GitHub;
using Sentinel.GitHub.Checks;
using Sentinel.Worker.Outbox;

namespace Sentinel.Worker.Feedback;

/// <summary>
/// Brings a commit's check run to what it should be. It is found again by its <c>external_id</c>, and what is the same is not written,
/// so that any number of repeats after any crash ends in the same.
/// </summary>
internal sealed class CheckHandler(GitHubClients clients, HeadStates states, TimeProvider time) : GitHubHandler(clients)
{
    /// <summary>Name of the check at GitHub, which branch protection refers to: it must stay.</summary>
    public const string Name = "Sentinel";

    private static readonly TimeSpan BaseWait = TimeSpan.FromSeconds(10);

    public override string Kind => OutboxMessage.GitHubCheck;

    protected override async Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, JsonElement payload, GitHubPlace place, CancellationToken cancellationToken)
    {
        var headSha = payload.GetProperty("headSha").GetString() ?? throw new JsonException("A message names no commit.");
        var state = await states.OfCommitAsync(delivery.Database, place.Connection, place.Repository, headSha, cancellationToken);
        if (state is null) return OutboxOutcome.Done;

        var written = await ReconcileAsync(place, state, CheckRunContent.Of(state), cancellationToken);
        await RememberAsync(delivery.Database, place, state, written, cancellationToken);
        return state.WaitsForBase ? new OutboxOutcome.Postponed(time.GetUtcNow() + BaseWait, "The base branch is being scanned.") : OutboxOutcome.Done;
    }

    private async Task<CheckRunFacts> ReconcileAsync(GitHubPlace place, HeadState state, CheckRunContent content, CancellationToken cancellationToken)
    {
        var name = CheckRunName.Of(state.PullRequest, state.ScanId, content.AnnotationsDigest);
        var own = new List<CheckRunFacts>();
        await foreach (var run in place.Connection.ListCheckRunsAsync(place.Repository.FullName, state.HeadSha, Name, place.AppId, cancellationToken))
        {
            if (run.App?.Id == place.AppId && CheckRunName.TryParse(run.ExternalId, out _, out _)) own.Add(run);
        }
        // Annotations can only be added. One that has other ones, of findings that were dismissed since, is left behind: a new one hides it,
        // as it does after another scan, unless there is one without any.
        var current = own.Where(r => IsOf(r, state)).MaxBy(r => r.Id);
        if (current is null || (current.ExternalId != name && current.Output.AnnotationsCount > 0))
            current = own.OrderByDescending(r => r.Id).FirstOrDefault(r => r is { Output.AnnotationsCount: 0, Status: not "completed" });
        foreach (var left in own.Where(r => r != current && r.Status != "completed"))
            await place.Connection.UpdateCheckRunAsync(place.Repository.FullName, left.Id, Replaced(state), cancellationToken);
        // GitHub takes the one that ended last for the latest.
        DateTimeOffset? decided = own.Exists(r => r != current && r.Status == "completed" && IsOf(r, state)) ? time.GetUtcNow() : null;
        return await WriteAsync(place, state, content, name, current, decided, cancellationToken);
    }

    /// <param name="decided">When a decision made another check run of the same scan necessary; null when none did.</param>
    private static async Task<CheckRunFacts> WriteAsync(
        GitHubPlace place, HeadState state, CheckRunContent content, string name, CheckRunFacts? current, DateTimeOffset? decided, CancellationToken cancellationToken)
    {
        while (current is null || !IsAsWanted(current, content, name))
        {
            var there = current?.Output.AnnotationsCount ?? 0;
            var batch = content.Annotations.Skip(there).Take(CheckRuns.MaxAnnotations).ToList();
            // Completed with the last batch: whoever sees a result sees all of it.
            var isLast = there + batch.Count >= content.Annotations.Count;
            var write = new CheckRunWrite
            {
                ExternalId = name,
                DetailsUrl = state.Dashboard is { } dashboard ? $"{dashboard}/scans/{state.ScanId}" : null,
                Status = isLast ? content.Status : "in_progress",
                Conclusion = isLast ? content.Conclusion : null,
                StartedAt = decided ?? state.StartedAt,
                CompletedAt = isLast && content.Conclusion is not null ? decided ?? state.CompletedAt : null,
                Output = new CheckRunOutputWrite(content.Title, content.Summary, batch.Count == 0 ? null : batch),
            };
            current = current is null
                ? await place.Connection.CreateCheckRunAsync(place.Repository.FullName, write with { Name = Name, HeadSha = state.HeadSha }, cancellationToken)
                : await place.Connection.UpdateCheckRunAsync(place.Repository.FullName, current.Id, write, cancellationToken);
            if (isLast) break;
        }
        return current;
    }

    private static bool IsOf(CheckRunFacts run, HeadState state) =>
        CheckRunName.TryParse(run.ExternalId, out var pullRequest, out var scan) && pullRequest == state.PullRequest && scan == state.ScanId;

    private static bool IsAsWanted(CheckRunFacts run, CheckRunContent content, string name) =>
        run.ExternalId == name && run.Status == content.Status && run.Conclusion == content.Conclusion && run.Output.Title == content.Title
        && run.Output.Summary?.ReplaceLineEndings("\n") == content.Summary && run.Output.AnnotationsCount >= content.Annotations.Count;

    private static CheckRunWrite Replaced(HeadState state) => new()
    {
        Status = "completed",
        Conclusion = "neutral",
        CompletedAt = state.StartedAt ?? state.CompletedAt,
        Output = new CheckRunOutputWrite("Scanned again", "A newer scan of this commit takes the place of this one.", null),
    };

    private async Task RememberAsync(SentinelDbContext database, GitHubPlace place, HeadState state, CheckRunFacts run, CancellationToken cancellationToken)
    {
        var row = await database.CheckRuns.FindAsync([place.Repository.Id, state.HeadSha], cancellationToken);
        if (row is null)
        {
            row = new CheckRun { RepositoryId = place.Repository.Id, HeadSha = state.HeadSha, ScanId = state.ScanId, GitHubId = run.Id, HtmlUrl = "", Status = run.Status, UpdatedAt = time.GetUtcNow() };
            database.CheckRuns.Add(row);
        }
        (row.ScanId, row.GitHubId, row.HtmlUrl) = (state.ScanId, run.Id, PostgresText.Clean(run.HtmlUrl ?? "", 2000));
        (row.Status, row.Conclusion, row.UpdatedAt) = (run.Status, run.Conclusion, time.GetUtcNow());
    }
}
