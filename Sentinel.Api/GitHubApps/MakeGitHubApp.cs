using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Data;
using Sentinel.Data.GitHubApps;
using Sentinel.GitHub;
using Sentinel.GitHub.App;
using Sentinel.GitHub.Errors;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api.GitHubApps;

/// <summary>
/// Makes the App from a manifest: the browser posts a form to GitHub, a person confirms there, and GitHub sends the browser back with a code
/// that is exchanged here for the App and its secrets. Those never leave the API.
/// </summary>
/// <remarks>https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#implementing-the-github-app-manifest-flow</remarks>
internal sealed partial class MakeGitHubApp(
    SentinelDbContext db, StoredGitHubApp apps, GitHubAppVault vault, AppAttempts attempts, AppStatus status, AuditTrail audit, GitHubClients clients,
    GitHubAddresses gitHub, TimeProvider time, ILogger<MakeGitHubApp> logger)
{
    /// <summary><c>POST …/manifest</c>.</summary>
    public async Task<Results<Ok<GitHubAppManifest>, ValidationProblem, ProblemHttpResult>> BeginAsync(
        GitHubAppManifestRequest request, CurrentUser user, CancellationToken cancellationToken)
    {
        if (AppRequestRules.Faults(request, gitHub) is { Count: > 0 } faults) return TypedResults.ValidationProblem(faults, type: ProblemTypes.Validation);
        if (await ObstacleAsync(cancellationToken) is { } obstacle) return obstacle;
        await attempts.CleanAsync(cancellationToken);
        var state = attempts.Begin(user);
        audit.Add(user.Login, "github-app.begun", "github-app", request.Name, new { request.Organization, request.DashboardUrl, request.WebhookUrl, request.WebhookActive });
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(new GitHubAppManifest(
            AppAddresses.New(gitHub, request.Organization, state).AbsoluteUri,
            AppManifest.Write(request.Name.Trim(), new Uri(request.DashboardUrl), new Uri(request.WebhookUrl), request.WebhookActive),
            state));
    }

    /// <summary><c>POST …/complete</c>.</summary>
    public async Task<Results<Ok<GitHubAppStatus>, ProblemHttpResult>> CompleteAsync(GitHubAppCompletion completion, CurrentUser user, CancellationToken cancellationToken)
    {
        if (await ObstacleAsync(cancellationToken) is { } obstacle) return obstacle;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Held until the end: a second try with the same state waits, and then finds it used.
        if (!await attempts.TakeAsync(completion.State, user, cancellationToken))
            return Problem(StatusCodes.Status422UnprocessableEntity, ProblemTypes.GitHubAppState, "This was not begun by you, was finished already, or was begun more than an hour ago. Begin again.");
        if (completion.Code is not { } code || !CodePattern().IsMatch(code)) return BadCode();
        try
        {
            // From here on nothing stops it: the code is good once, and the App exists at GitHub.
            var made = await clients.Anonymous.SendAsync<AppConversion>(HttpMethod.Post, $"app-manifests/{code}/conversions", body: null, CancellationToken.None);
            if (!made.IsWhole) return Unreadable();
            Store(made, user);
            await db.SaveChangesAsync(CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception ex) when (ex is GitHubNotFoundException or GitHubRejectedException)
        {
            await transaction.CommitAsync(CancellationToken.None);
            return BadCode();
        }
        catch (GitHubException ex)
        {
            LogUnavailable(ex);
            return Problem(
                StatusCodes.Status503ServiceUnavailable, ProblemTypes.GitHubAppUnavailable,
                "GitHub does not answer. If the App is at GitHub already, delete it there, and begin again when GitHub is back.");
        }
        catch (JsonException)
        {
            return Unreadable();
        }
        catch (Exception ex) when (DatabaseFaults.IsUniqueViolation(ex))
        {
            return Exists();
        }

        apps.Forget();
        return TypedResults.Ok(await status.ReadAsync(cancellationToken));
    }

    private async Task<ProblemHttpResult?> ObstacleAsync(CancellationToken cancellationToken)
    {
        if (await apps.ReadAsync(cancellationToken) is { Credentials: not null } or { Stored: not null }) return Exists();
        return vault.CanSeal ? null : Problem(StatusCodes.Status409Conflict, ProblemTypes.GitHubAppKey, AppStatus.NoKey);
    }

    private void Store(AppConversion made, CurrentUser user)
    {
        db.GitHubApps.Add(new GitHubApp
        {
            AppId = made.Id,
            Slug = made.Slug!,
            Name = PostgresText.Clean(made.Name!, made.Name!.Length),
            OwnerLogin = PostgresText.Clean(made.Owner!.Login!, made.Owner.Login!.Length),
            OwnedByOrganization = made.Owner.Type == "Organization",
            HtmlUrl = made.HtmlUrl!,
            ClientId = made.ClientId!,
            Secrets = vault.Seal(made.Credentials),
            CreatedAt = time.GetUtcNow(),
            CreatedBy = user.Login,
        });
        audit.Add(user.Login, "github-app.created", "github-app", made.Slug!, new { appId = made.Id, owner = made.Owner.Login });
    }

    private static ProblemHttpResult BadCode() => Problem(
        StatusCodes.Status422UnprocessableEntity, ProblemTypes.GitHubAppCode,
        "GitHub does not accept the code: it is good once, for an hour. If the App is at GitHub already, delete it there; then begin again.");

    private static ProblemHttpResult Unreadable() => Problem(
        StatusCodes.Status502BadGateway, ProblemTypes.GitHubAppUnavailable,
        "GitHub's answer holds no whole App. Delete the App at GitHub and begin again, or set it up by hand.");

    private static ProblemHttpResult Exists() => Problem(
        StatusCodes.Status409Conflict, ProblemTypes.GitHubAppExists,
        "There is a GitHub App already. Forget it first, or remove GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY from the configuration.");

    private static ProblemHttpResult Problem(int status, string type, string detail) => ProblemTypes.Problem(status, type, detail);

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,200}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CodePattern();

    [LoggerMessage(Level = LogLevel.Warning, Message = "A GitHub App was not made because GitHub did not answer as it should")]
    private partial void LogUnavailable(Exception exception);
}
