using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Data;
using Sentinel.GitHub.App;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api.GitHubApps;

/// <summary>Removes the App that was made from the dashboard, with its secrets. At GitHub it stays until its owner deletes it there.</summary>
internal sealed class ForgetGitHubApp(SentinelDbContext db, StoredGitHubApp apps, AuditTrail audit, GitHubAddresses gitHub)
{
    public async Task<Results<Ok<GitHubAppForgotten>, ProblemHttpResult>> RunAsync(CurrentUser user, CancellationToken cancellationToken)
    {
        if (await db.GitHubApps.SingleOrDefaultAsync(cancellationToken) is not { } row)
        {
            return (await apps.ReadAsync(cancellationToken)).Credentials is null
                ? ProblemTypes.Missing("GitHub App")
                : ProblemTypes.Problem(
                    StatusCodes.Status409Conflict, ProblemTypes.Conflict, "The GitHub App comes from GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY: remove them from the configuration.");
        }

        db.GitHubApps.Remove(row);
        audit.Add(user.Login, "github-app.forgotten", "github-app", row.Slug, new { row.AppId, owner = row.OwnerLogin });
        await db.SaveChangesAsync(cancellationToken);
        apps.Forget();
        return TypedResults.Ok(new GitHubAppForgotten(AppAddresses.Settings(gitHub, row.Slug, row.OwnerLogin, row.OwnedByOrganization).AbsoluteUri));
    }
}
