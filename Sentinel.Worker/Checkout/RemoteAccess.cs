using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Git;
using Sentinel.GitHub.Checkout;
using Sentinel.GitHub.Errors;

namespace Sentinel.Worker.Checkout;

/// <summary>
/// Gives git a credential for the repositories of GitHub that the App is installed in. It reads one repository, lives for an hour at
/// most, and exists in memory and in git's environment only.
/// </summary>
internal sealed partial class RemoteAccess(GitCredentials credentials, IDbContextFactory<SentinelDbContext> databases, ILogger<RemoteAccess> logger)
{
    /// <summary>Runs git commands with what they need to be let in.</summary>
    /// <param name="use">Given the settings of the credential; none for a repository that is read as a stranger.</param>
    /// <exception cref="GitException">
    /// What <paramref name="use"/> throws; <c>credential-refused</c>, which is worth another try, when GitHub does not accept the credential
    /// any more: the next try has a fresh one.
    /// </exception>
    public async Task<T> UseAsync<T>(
        Guid repositoryId, string cloneUrl, Func<IReadOnlyList<(string Key, string Value)>, Task<T>> use, CancellationToken cancellationToken)
    {
        if (await FindAsync(repositoryId, cloneUrl, cancellationToken) is not { } credential) return await use([]);
        try
        {
            return await use(credential.Settings());
        }
        catch (GitException ex) when (ex.Code == "access-denied")
        {
            credentials.Drop(credential);
            throw new GitException(
                "credential-refused", "GitHub no longer accepts the token that the repository was read with: it was revoked, or the App lost access. The next try uses a fresh one.",
                transient: true);
        }
    }

    private async Task<GitCredential?> FindAsync(Guid repositoryId, string cloneUrl, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(cloneUrl, UriKind.Absolute, out var url) || !credentials.Covers(url)) return null;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var known = await database.Repositories.AsNoTracking().Where(r => r.Id == repositoryId)
            .Select(r => new { r.InstallationId, r.GitHubId }).SingleOrDefaultAsync(cancellationToken);
        if (known?.InstallationId is not { } installation) return null;
        try
        {
            return await credentials.FindAsync(installation, url, known.GitHubId, cancellationToken);
        }
        catch (GitHubException ex) when (ex is GitHubNotFoundException or GitHubForbiddenException or GitHubRejectedException)
        {
            // Removed, suspended, or this repository was taken out: a public one can still be read, and of a private one git says that it is closed.
            LogWithout(repositoryId, ex);
            return null;
        }
        catch (GitHubRateLimitedException ex)
        {
            throw new GitException("unreachable", ex.Message, transient: true) { NotBefore = ex.Until };
        }
        catch (GitHubException ex)
        {
            throw new GitException(ex.IsTransient ? "unreachable" : "credential-refused", ex.Message, transient: true);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "GitHub hands out no token for repository {RepositoryId}; it is read as a stranger reads it")]
    private partial void LogWithout(Guid repositoryId, Exception exception);
}
