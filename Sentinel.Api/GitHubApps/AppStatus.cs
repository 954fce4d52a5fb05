using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Data;
using Sentinel.Data.GitHubApps;
using Sentinel.GitHub;
using Sentinel.GitHub.App;
using Sentinel.GitHub.Errors;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api.GitHubApps;

/// <summary>Tells what there is of an App, and asks GitHub whether it knows it.</summary>
internal sealed partial class AppStatus(IDbContextFactory<SentinelDbContext> databases, StoredGitHubApp apps, GitHubAppVault vault, GitHubClients clients, GitHubAddresses gitHub, ILogger<AppStatus> logger)
{
    /// <summary>What is missing to store an App; the remedy is in it.</summary>
    public const string NoKey =
        "SENTINEL_KEY is not set, so the App's private key could not be stored encrypted. Set it for the API, the workers and the dashboard to what `openssl rand -base64 32` prints, and start them again.";

    // The page waits for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<GitHubAppStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var found = await apps.ReadAsync(cancellationToken);
        if (found is { Credentials: null, Stored: null })
            return new GitHubAppStatus(GitHubAppSource.None, null, null, null, null, null, null, null, null, null, vault.CanSeal ? null : NoKey, gitHub.Web.AbsoluteUri);
        var (known, fault) = found.Credentials is null ? (null, found.Fault) : await AskAsync(cancellationToken);
        var status = found.Stored is { } row ? Of(row, fault) : Of(found.Credentials!.AppId, known, fault);
        return status with { Installed = await InstalledAsync(cancellationToken) };
    }

    // Administrators ask, and they may see everything.
    private async Task<IReadOnlyList<InstalledAccount>?> InstalledAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var watched = await database.Repositories.IgnoreQueryFilters().AsNoTracking().Where(r => r.InstallationId != null)
            .Select(r => new { r.FullName, Waits = r.LastScanId == null && !r.Archived }).ToListAsync(cancellationToken);
        var accounts = watched.GroupBy(r => r.FullName.Split('/')[0], StringComparer.OrdinalIgnoreCase).OrderBy(g => g.Key, StringComparer.OrdinalIgnoreCase)
            .Select(g => new InstalledAccount(g.Key, g.Count(), g.Count(r => r.Waits))).ToList();
        return accounts.Count == 0 ? null : accounts;
    }

    private GitHubAppStatus Of(GitHubApp row, string? fault) => new(
        GitHubAppSource.Dashboard, row.AppId, row.Slug, row.Name, row.OwnerLogin,
        AppAddresses.Settings(gitHub, row.Slug, row.OwnerLogin, row.OwnedByOrganization).AbsoluteUri, AppAddresses.Install(gitHub, row.Slug, row.HtmlUrl).AbsoluteUri,
        row.CreatedAt, row.CreatedBy, fault, null, gitHub.Web.AbsoluteUri);

    private GitHubAppStatus Of(long appId, KnownApp? app, string? fault) => new(
        GitHubAppSource.Configuration, appId, app?.Slug, app?.Name, app?.Owner?.Login,
        app is { Slug: { } slug, Owner.Login: { } owner } ? AppAddresses.Settings(gitHub, slug, owner, app.Owner.Type == "Organization").AbsoluteUri : null,
        app is { Slug: { } name } ? AppAddresses.Install(gitHub, name, app.HtmlUrl).AbsoluteUri : null,
        null, null, fault, null, gitHub.Web.AbsoluteUri);

    // Silence says nothing about the App.
    private async Task<(KnownApp? App, string? Fault)> AskAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return (await clients.App.GetAsync<KnownApp>("app", patience.Token), null);
        }
        catch (Exception ex) when (ex is GitHubNotFoundException or GitHubUnauthorizedException)
        {
            return (null, "GitHub does not know this App, or does not accept its private key: it was deleted there, or its key was.");
        }
        catch (GitHubException ex)
        {
            LogSilent(ex);
            return (null, null);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            LogSilent(ex);
            return (null, null);
        }
    }

    private sealed record KnownApp(string? Slug, string? Name, string? HtmlUrl, AppOwner? Owner);

    [LoggerMessage(Level = LogLevel.Warning, Message = "GitHub did not say whether it knows the App")]
    private partial void LogSilent(Exception exception);
}
