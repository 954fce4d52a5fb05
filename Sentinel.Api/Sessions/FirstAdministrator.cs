using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.GitHub;

namespace Sentinel.Api.Sessions;

/// <summary>
/// Who may become administrator by signing in while nobody is: the account that owns the App, or an owner of the organisation that does.
/// Without an App (an OAuth client alone) nothing is known of an owner, and it is the first person who comes.
/// </summary>
internal sealed class FirstAdministrator(IDbContextFactory<SentinelDbContext> databases, GitHubClients gitHub, OrganizationRule organizations)
{
    /// <summary>Whether this person may; false too where there is an administrator already.</summary>
    /// <exception cref="GitHub.Errors.GitHubException">GitHub did not say whose the App is, or who owns the organisation.</exception>
    public async Task<bool> MayBeAsync(GitHubConnection asPerson, GitHubAccount account, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.People.AnyAsync(person => person.Role == Role.Admin, cancellationToken)) return false;
        if (await OwnerAsync(db, cancellationToken) is not { } owner) return !await db.People.AnyAsync(cancellationToken);
        return owner.IsOrganization
            ? await organizations.IsOwnerAsync(asPerson, owner.Login, cancellationToken)
            : string.Equals(owner.Login, account.Login, StringComparison.OrdinalIgnoreCase);
    }

    // Of the App in use: one in the configuration wins over one that was made from the dashboard.
    private async Task<(string Login, bool IsOrganization)?> OwnerAsync(SentinelDbContext db, CancellationToken cancellationToken)
    {
        if (await gitHub.AppIdAsync(cancellationToken) is not { } inUse) return null;
        if (await db.GitHubApps.AsNoTracking().SingleOrDefaultAsync(app => app.AppId == inUse, cancellationToken) is { } made) return (made.OwnerLogin, made.OwnedByOrganization);
        var app = await gitHub.App.GetAsync<OwnedApp>("app", cancellationToken);
        return (app.Owner.Login, app.Owner.Type == "Organization");
    }

    /// <summary>What is read of <c>GET /app</c> (https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app).</summary>
    private sealed record OwnedApp(AppOwner Owner);

    private sealed record AppOwner(string Login, string Type);
}
