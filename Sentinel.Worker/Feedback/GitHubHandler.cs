using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Data.Repositories;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;
using Sentinel.Worker.Outbox;

namespace Sentinel.Worker.Feedback;

/// <summary>
/// What all kinds of messages to GitHub share: one key asks for one thing, limits are waited for without costing an attempt, and what
/// GitHub refuses for good is given up with its reason.
/// </summary>
internal abstract class GitHubHandler(GitHubClients clients) : IOutboxHandler
{
    // A commit or a pull request may be named by a webhook before all of GitHub's servers know it.
    protected const int TriesUntilMissing = 5;

    public abstract string Kind { get; }

    public virtual bool Coalesces => true;

    // Pauses grow to ten minutes: GitHub may be away for the better part of a day.
    public int MaxAttempts => 60;

    public async Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, CancellationToken cancellationToken)
    {
        using var payload = JsonDocument.Parse(delivery.Message.Payload);
        var repositoryId = payload.RootElement.GetProperty("repositoryId").GetGuid();
        var repository = await delivery.Database.Repositories.AsNoTracking().SingleOrDefaultAsync(r => r.Id == repositoryId, cancellationToken);
        if (repository?.InstallationId is not { } installation || await clients.AppIdAsync(cancellationToken) is not { } app) return OutboxOutcome.Done;
        try
        {
            return await HandleAsync(delivery, payload.RootElement, new GitHubPlace(repository, clients.ForInstallation(installation), app), cancellationToken);
        }
        catch (GitHubRateLimitedException ex)
        {
            return new OutboxOutcome.Postponed(ex.Until, ex.Message);
        }
        catch (GitHubForbiddenException ex)
        {
            return new OutboxOutcome.Refused(ex.Message);
        }
        catch (GitHubException ex) when (ex is GitHubNotFoundException or GitHubRejectedException && delivery.Message.Attempts >= TriesUntilMissing)
        {
            return new OutboxOutcome.Refused(ex.Message);
        }
    }

    protected abstract Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, JsonElement payload, GitHubPlace place, CancellationToken cancellationToken);
}

/// <summary>Where something is written.</summary>
/// <param name="AppId">Sentinel's App: only what it wrote is its own.</param>
internal sealed record GitHubPlace(Repository Repository, GitHubConnection Connection, long AppId);
