using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;

namespace Sentinel.Api.Sessions;

/// <summary>
/// Who may become administrator by signing in while nobody is: the account that owns the App, or an owner of the organisation that does, as
/// GitHub has it at that moment. Only where there is no App at all (an OAuth client alone) is it the first person who comes.
/// </summary>
internal sealed partial class FirstAdministrator(
    IDbContextFactory<SentinelDbContext> databases, GitHubClients gitHub, OrganizationRule organizations, ILogger<FirstAdministrator> logger)
{
    /// <summary>Whether this person may; false too where there is an administrator already, and where GitHub does not say whose the App is.</summary>
    public async Task<bool> MayBeAsync(GitHubConnection asPerson, GitHubAccount account, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.People.AnyAsync(person => person.Role == Role.Admin, cancellationToken)) return false;
        if (!await gitHub.HasAppAsync(cancellationToken))
        {
            // An App whose secrets cannot be opened has an owner all the same.
            return !await db.GitHubApps.AnyAsync(cancellationToken) && !await db.People.AnyAsync(cancellationToken);
        }
        try
        {
            return (await gitHub.App.GetAsync<OwnedApp>("app", cancellationToken)).Owner switch
            {
                { Type: "Organization", Login: { } organization } => await organizations.IsOwnerAsync(asPerson, organization, cancellationToken),
                { Type: "User" } owner => owner.Id == account.Id,
                _ => false,
            };
        }
        catch (GitHubException ex)
        {
            LogUnknown(ex, account.Login);
            return false;
        }
    }

    /// <summary>What is read of <c>GET /app</c> (https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app).</summary>
    private sealed record OwnedApp(AppOwner? Owner);

    // Of an enterprise there is no login.
    private sealed record AppOwner(long Id, string? Login, string? Type);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Login} was not made administrator: GitHub does not say whose the App is")]
    private partial void LogUnknown(Exception exception, string login);
}
