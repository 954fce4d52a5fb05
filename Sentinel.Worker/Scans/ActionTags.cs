using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;
using Sentinel.Data.Repositories;
using Sentinel.GitHub;
using Sentinel.GitHub.Contents;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.Installations;
using Sentinel.Scanning.Workflows;

namespace Sentinel.Worker.Scans;

/// <summary>
/// Asks GitHub what tags of actions stand for, with a token that reads the scanned repository and what is public: whoever may write a
/// workflow there, the author of a fork's pull request among them, must not learn through a fix what another repository holds, nor use
/// up the requests that the checks of all the installation's repositories need.
/// </summary>
internal sealed partial class ActionTags(GitHubClients clients, ILogger<ActionTags> logger) : IDisposable
{
    /// <summary>Most tags that are asked for in one scan; those that are known already do not count.</summary>
    public const int MaxAsked = 100;

    /// <summary>Most tags that are asked for in an hour for one repository.</summary>
    public const int MaxAskedInAnHour = 300;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly MemoryCacheEntryOptions Kept = new() { Size = 1, AbsoluteExpirationRelativeToNow = Hour };

    // Somebody may be about to push the tag.
    private static readonly MemoryCacheEntryOptions KeptMissing = new() { Size = 1, AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(10) };

    // By "owner/name@tag"; what a private repository was told is for it alone, under whatever name it calls itself.
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 10_000 });
    private readonly MemoryCache _budgets = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <summary>For one scan of a repository; null where the App is not installed, so that nobody can be asked.</summary>
    public IActionTags? For(Repository repository) =>
        repository is { InstallationId: { } installation, GitHubId: { } id }
            ? new OfScan(this, repository, installation, InstallationScope.ReadContents(id, repository.FullName.Split('/')[^1]))
            : null;

    public void Dispose()
    {
        _known.Dispose();
        _budgets.Dispose();
    }

    private GitHubClients Clients => clients;

    private Budget BudgetOf(Guid repositoryId)
    {
        lock (_budgets)
        {
            return _budgets.TryGetValue(repositoryId, out Budget? budget) ? budget! : _budgets.Set(repositoryId, new Budget(MaxAskedInAnHour), Kept);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "What tags of actions stand for is not asked any more in this scan of {Repository}: {Reason}")]
    private partial void LogGivenUp(string repository, string reason);

    private sealed class Budget(int left)
    {
        private int _left = left;

        public bool Take() => Interlocked.Decrement(ref _left) >= 0;
    }

    private sealed class OfScan(ActionTags tags, Repository repository, long installation, InstallationScope scope) : IActionTags
    {
        private readonly GitHubConnection _connection = tags.Clients.ForInstallation(installation, scope);
        private readonly string _audience = repository.Private ? $"{repository.Id} " : "";
        private readonly Budget _scan = new(MaxAsked);
        private readonly Budget _hour = tags.BudgetOf(repository.Id);
        private int _isGivenUp;

        public async ValueTask<TagAnswer> CommitAsync(string action, string tag, CancellationToken cancellationToken)
        {
            var key = $"{_audience}{action.ToLowerInvariant()}@{tag}";
            if (tags._known.TryGetValue(key, out TagAnswer known)) return known;
            if (Volatile.Read(ref _isGivenUp) != 0) return TagAnswer.Unknown;
            if (!_scan.Take() || !_hour.Take()) return GiveUp("enough were asked for");
            var answer = await AskAsync(action, tag, cancellationToken);
            return answer.IsKnown ? tags._known.Set(key, answer, answer.Commit is null ? KeptMissing : Kept) : answer;
        }

        // Once GitHub does not answer it is not asked again in this scan: fixes are a courtesy, for which no scan waits.
        private async Task<TagAnswer> AskAsync(string action, string tag, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            try
            {
                // By itself: an installation that is suspended or gone says nothing of the tag.
                await tags.Clients.TokenAsync(installation, scope, limit.Token);
                return await OfTagAsync(action, tag, limit.Token);
            }
            catch (Exception ex) when (ex is GitHubException or JsonException or HttpRequestException)
            {
                return GiveUp(ex.GetType().Name);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return GiveUp($"GitHub did not answer within {Patience.TotalSeconds:0} s");
            }
        }

        private async Task<TagAnswer> OfTagAsync(string action, string tag, CancellationToken cancellationToken)
        {
            try
            {
                return TagAnswer.Of(await _connection.CommitOfTagAsync(action, tag, cancellationToken));
            }
            // 422 is how GitHub says that a repository has no such tag.
            catch (GitHubException ex) when (ex is GitHubNotFoundException or GitHubRejectedException)
            {
                return TagAnswer.None;
            }
            // An organisation's rules may keep this caller out; others are let in.
            catch (GitHubForbiddenException)
            {
                return TagAnswer.Unknown;
            }
        }

        private TagAnswer GiveUp(string reason)
        {
            if (Interlocked.Exchange(ref _isGivenUp, 1) == 0) tags.LogGivenUp(repository.FullName, reason);
            return TagAnswer.Unknown;
        }
    }
}
