using System.Collections.Concurrent;
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
/// workflow there, the author of a fork's pull request among them, must not learn through a fix what another repository holds.
/// </summary>
internal sealed class ActionTags(GitHubClients clients) : IDisposable
{
    /// <summary>Most tags that are asked for in one scan; those that are known already do not count.</summary>
    public const int MaxAsked = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly MemoryCacheEntryOptions Kept = new() { Size = 1, AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) };

    // By "owner/name@tag"; what a private repository was told is for it alone, under whatever name it calls itself.
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <summary>For one scan of a repository; knows nothing of any tag where the App is not installed.</summary>
    public IActionTags For(Repository repository) => new OfScan(
        _known, repository.Private ? $"{repository.Id} " : "",
        repository is { InstallationId: { } installation, GitHubId: { } id } ? clients.ForInstallation(installation, InstallationScope.ReadContents(id, repository.FullName.Split('/')[^1])) : null);

    public void Dispose() => _known.Dispose();

    private sealed class OfScan(MemoryCache known, string audience, GitHubConnection? connection) : IActionTags
    {
        // Others may be let in where this one is not.
        private readonly ConcurrentDictionary<string, bool> _missing = new(StringComparer.Ordinal);
        private int _left = MaxAsked;
        private volatile bool _isGivenUp;

        public async ValueTask<string?> CommitAsync(string repository, string tag, CancellationToken cancellationToken)
        {
            if (connection is null) return null;
            var key = $"{audience}{repository.ToLowerInvariant()}@{tag}";
            if (known.TryGetValue(key, out string? commit)) return commit;
            if (_isGivenUp || _missing.ContainsKey(key) || Interlocked.Decrement(ref _left) < 0) return null;
            if (await AskAsync(connection, repository, tag, cancellationToken) is not { } answer)
            {
                _missing.TryAdd(key, true);
                return null;
            }
            return known.Set(key, answer, Kept);
        }

        // Null when there is none to see. Once GitHub does not answer it is not asked again in this scan: fixes are a courtesy, for which no scan waits.
        private async Task<string?> AskAsync(GitHubConnection github, string repository, string tag, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            try
            {
                return await github.CommitOfTagAsync(repository, tag, limit.Token);
            }
            // 422 is how GitHub says that a repository has no such tag.
            catch (GitHubException ex) when (ex is GitHubNotFoundException or GitHubRejectedException or GitHubForbiddenException)
            {
                return null;
            }
            catch (Exception ex) when (ex is GitHubException or JsonException or HttpRequestException)
            {
                _isGivenUp = true;
                return null;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                _isGivenUp = true;
                return null;
            }
        }
    }
}
