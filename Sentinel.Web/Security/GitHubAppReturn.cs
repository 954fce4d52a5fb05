using Sentinel.Contracts;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Web.Security;

/// <summary>
/// Where GitHub sends the browser back to when the App is made. The API exchanges the code, and checks that this administrator began; the
/// browser goes on to a page without the code in its address.
/// </summary>
internal static class GitHubAppReturn
{
    public static void MapGitHubAppReturn(this IEndpointRouteBuilder routes) =>
        routes.MapGet(SentinelUrls.GitHubAppCreated, FinishAsync).RequireAuthorization(policy => policy.RequireRole(nameof(Role.Admin)));

    private static async Task<IResult> FinishAsync(
        string? code, string? state, HttpContext context, ApiTransport api, SessionTokens sessions, CancellationToken cancellationToken)
    {
        sessions.ActAs(context.User);
        var result = await api.PostAsync<GitHubAppStatus>(ApiRoutes.GitHubApp + "/complete", new GitHubAppCompletion(code, state), cancellationToken);
        return Results.LocalRedirect(result.Error is null ? SentinelUrls.GitHubApp : SentinelUrls.GitHubAppAfter(ProblemReason.Of(result.Error, "github-app-", "github-app-failed")));
    }
}
