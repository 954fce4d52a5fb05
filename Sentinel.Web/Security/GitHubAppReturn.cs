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
    private const string Unavailable = "urn:sentinel:problem:github-app-unavailable";

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)];

    public static void MapGitHubAppReturn(this IEndpointRouteBuilder routes) =>
        routes.MapGet(SentinelUrls.GitHubAppCreated, FinishAsync).RequireAuthorization(policy => policy.RequireRole(nameof(Role.Admin)));

    private static async Task<IResult> FinishAsync(
        string? code, string? state, HttpContext context, ApiTransport api, SessionTokens sessions, TimeProvider time, CancellationToken cancellationToken)
    {
        sessions.ActAs(context.User);
        var result = await CompleteAsync(api, new GitHubAppCompletion(code, state), cancellationToken);
        // The code is good for one exchange, and stands in no page that could be loaded again: a fault that passes is waited for here.
        foreach (var pause in Pauses)
        {
            if (result.Error?.Type != Unavailable) break;
            await Task.Delay(pause, time, cancellationToken);
            result = await CompleteAsync(api, new GitHubAppCompletion(code, state), cancellationToken);
        }
        return Results.LocalRedirect(result.Error is null ? SentinelUrls.GitHubApp : SentinelUrls.GitHubAppAfter(ProblemReason.Of(result.Error, "github-app-", "github-app-failed")));
    }

    private static Task<ApiResult<GitHubAppStatus>> CompleteAsync(ApiTransport api, GitHubAppCompletion completion, CancellationToken cancellationToken) =>
        api.PostAsync<GitHubAppStatus>(ApiRoutes.GitHubApp + "/complete", completion, cancellationToken);
}
