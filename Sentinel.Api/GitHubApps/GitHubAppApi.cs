using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Api.Security;
using Sentinel.Api.Visibility;
using Sentinel.Contracts;
using Sentinel.Contracts.GitHubApps;

namespace Sentinel.Api.GitHubApps;

/// <summary>The GitHub App of this installation; for administrators. No answer holds a secret of it.</summary>
internal static class GitHubAppApi
{
    public static IServiceCollection AddGitHubApps(this IServiceCollection services) => services
        .AddScoped<AppAttempts>()
        .AddScoped<MakeGitHubApp>()
        .AddScoped<ForgetGitHubApp>()
        .AddSingleton<AppStatus>();

    public static RouteGroupBuilder MapGitHubApp(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.GitHubApp).WithTags("GitHub App").RequireAuthorization(Policies.Admin).SeesNoRepositories();
        group.MapGet("/", Get).WithSummary("Say which GitHub App there is");
        group.MapPost("/manifest", Begin).RequireRateLimiting(RateLimits.Costly).WithSummary("Begin to make the GitHub App");
        group.MapPost("/complete", Complete).RequireRateLimiting(RateLimits.Costly).WithSummary("Finish making the GitHub App");
        group.MapDelete("/", Forget).RequireRateLimiting(RateLimits.Costly).WithSummary("Forget the GitHub App that was made from the dashboard");
        return group;
    }

    private static async Task<Ok<GitHubAppStatus>> Get(AppStatus status, CancellationToken cancellationToken) =>
        TypedResults.Ok(await status.ReadAsync(cancellationToken));

    private static Task<Results<Ok<GitHubAppManifest>, ValidationProblem, ProblemHttpResult>> Begin(
        GitHubAppManifestRequest request, CurrentUser user, MakeGitHubApp make, CancellationToken cancellationToken) => make.BeginAsync(request, user, cancellationToken);

    private static Task<Results<Ok<GitHubAppStatus>, ProblemHttpResult>> Complete(
        GitHubAppCompletion completion, CurrentUser user, MakeGitHubApp make, CancellationToken cancellationToken) => make.CompleteAsync(completion, user, cancellationToken);

    private static Task<Results<Ok<GitHubAppForgotten>, ProblemHttpResult>> Forget(CurrentUser user, ForgetGitHubApp forget, CancellationToken cancellationToken) =>
        forget.RunAsync(user, cancellationToken);
}
