using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.GitHub;

namespace Sentinel.Api.Sessions;

/// <summary>
/// Who may become administrator by signing in while nobody is. Where the App was made from the dashboard its owner is known: the account, or
/// any member of the organisation. Elsewhere it is the first person who comes.
/// </summary>
internal sealed class FirstAdministrator(IDbContextFactory<SentinelDbContext> databases, OrganizationRule organizations)
{
    /// <summary>Whether this person may; false too where there is an administrator already.</summary>
    /// <exception cref="GitHub.Errors.GitHubException">GitHub did not say who belongs to the organisation.</exception>
    public async Task<bool> MayBeAsync(GitHubConnection asPerson, GitHubAccount account, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.People.AnyAsync(person => person.Role == Role.Admin, cancellationToken)) return false;
        if (await db.GitHubApps.AsNoTracking().SingleOrDefaultAsync(cancellationToken) is not { } app) return !await db.People.AnyAsync(cancellationToken);
        return app.OwnedByOrganization
            ? await organizations.IsMemberAsync(asPerson, app.OwnerLogin, cancellationToken)
            : string.Equals(app.OwnerLogin, account.Login, StringComparison.OrdinalIgnoreCase);
    }
}
