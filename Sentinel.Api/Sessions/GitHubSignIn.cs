using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Api.Problems;
using Sentinel.Contracts.Sessions;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.SignIn;

namespace Sentinel.Api.Sessions;

/// <summary>
/// <c>POST /api/v1/session/github</c> and <c>…/github/complete</c>: signing in with GitHub, with PKCE and a state that is bound to the
/// browser. The dashboard, on whose origin the browser is, keeps the cookie and is handed the session; the browser never sees a token.
/// </summary>
internal sealed partial class GitHubSignIn(
    GitHubOAuthClients clients, GitHubOAuth oauth, GitHubClients gitHub, OrganizationRule organizations, FirstAdministrator first, PersonSignIn people,
    IDataProtectionProvider protection, TimeProvider time, ILogger<GitHubSignIn> logger)
{
    /// <summary>The dashboard's path that GitHub sends browsers back to.</summary>
    public const string CallbackPath = "/auth/github/callback";

    private const int MaxText = 4096;

    /// <summary>Whether this installation has a client at GitHub.</summary>
    public async ValueTask<bool> IsSetUpAsync(CancellationToken cancellationToken) => await clients.FindAsync(cancellationToken) is not null;

    public static Task<Results<Ok<GitHubSignInStarted>, ValidationProblem, ProblemHttpResult>> Start(
        GitHubSignInRequest request, GitHubSignIn signIn, CancellationToken cancellationToken) => signIn.StartAsync(request, cancellationToken);

    public static Task<Results<Ok<GitHubSignInDone>, ProblemHttpResult>> Complete(
        GitHubSignInCompletion request, GitHubSignIn signIn, CancellationToken cancellationToken) => signIn.CompleteAsync(request, cancellationToken);

    private async Task<Results<Ok<GitHubSignInStarted>, ValidationProblem, ProblemHttpResult>> StartAsync(GitHubSignInRequest request, CancellationToken cancellationToken)
    {
        if (await clients.FindAsync(cancellationToken) is not { } client) return NotSetUp();
        if (!Uri.TryCreate(request.RedirectUri, UriKind.Absolute, out var redirect) || redirect is not { Scheme: "https" or "http", UserInfo: "", Query: "", Fragment: "", AbsolutePath: CallbackPath })
            return ProblemTypes.Invalid("redirectUri", $"Give the dashboard's own address followed by {CallbackPath}.");
        var pending = new PendingSignIn
        {
            State = Pkce.NewVerifier(),
            Verifier = Pkce.NewVerifier(),
            RedirectUri = redirect,
            ReturnUrl = LocalPath.OrHome(request.ReturnUrl),
            ExpiresAt = time.GetUtcNow() + PendingSignIn.Lifetime,
        };
        var url = oauth.AuthorizeUrl(client, redirect, pending.State, Pkce.Challenge(pending.Verifier));
        return TypedResults.Ok(new GitHubSignInStarted(url.AbsoluteUri, pending.Seal(protection)));
    }

    private async Task<Results<Ok<GitHubSignInDone>, ProblemHttpResult>> CompleteAsync(GitHubSignInCompletion request, CancellationToken cancellationToken)
    {
        if (await clients.FindAsync(cancellationToken) is not { } client) return NotSetUp();
        if (request.Pending?.Length > MaxText || PendingSignIn.Open(protection, request.Pending, request.State, time.GetUtcNow()) is not { } pending)
            return Refused(ProblemTypes.SignInState, "This sign-in was not begun in this browser, or too long ago. Begin again.");
        if (request.Error == "access_denied") return Refused(ProblemTypes.SignInDeclined, "Signing in was cancelled at GitHub.");
        if (request.Error is not null || request.Code is not { Length: > 0 and <= MaxText } code)
            return Refused(ProblemTypes.SignInCode, "GitHub did not let the sign-in go on.");
        try
        {
            return await oauth.ExchangeAsync(client, code, pending.RedirectUri, pending.Verifier, cancellationToken) switch
            {
                GitHubGrant.Given given => await AdmitAsync(given.Token, pending, cancellationToken),
                GitHubGrant.Refused { IsSetupFault: true } refused => SetupFault(refused.Code),
                _ => Refused(ProblemTypes.SignInCode, "GitHub did not accept the sign-in's code: it is good once, for ten minutes. Begin again."),
            };
        }
        catch (GitHubException ex)
        {
            LogUnavailable(ex);
            return ProblemTypes.Problem(StatusCodes.Status503ServiceUnavailable, ProblemTypes.SignInUnavailable, "GitHub does not answer. Try again in a moment.");
        }
    }

    private async Task<Results<Ok<GitHubSignInDone>, ProblemHttpResult>> AdmitAsync(UserToken token, PendingSignIn pending, CancellationToken cancellationToken)
    {
        var asPerson = gitHub.ForUser(token.AccessToken);
        var account = await asPerson.GetAsync<GitHubAccount>("user", cancellationToken);
        if (!await organizations.AllowsAsync(asPerson, cancellationToken))
        {
            LogOutsider(account.Login);
            return Refused(ProblemTypes.SignInOrganization, $"{account.Login} is not a member of an organisation that may use this installation.");
        }

        var mayLead = await first.MayBeAsync(asPerson, account, cancellationToken);
        return TypedResults.Ok(new GitHubSignInDone(await people.SignInAsync(account, token, mayLead, cancellationToken), pending.ReturnUrl));
    }

    private static ProblemHttpResult Refused(string type, string detail) => ProblemTypes.Problem(StatusCodes.Status403Forbidden, type, detail);

    private static ProblemHttpResult NotSetUp() => Refused(ProblemTypes.SignInOff, "Signing in with GitHub is not set up: an administrator makes the GitHub App on the dashboard, or sets GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET.");

    private ProblemHttpResult SetupFault(string code)
    {
        LogSetupFault(code);
        return ProblemTypes.Problem(
            StatusCodes.Status502BadGateway, ProblemTypes.SignInSetup, $"GitHub does not accept this installation's client ({code}). An administrator has to check its id, secret and callback address.");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in ended because GitHub did not answer as it should")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Login} was not let in: not a member of an organisation in GITHUB_ALLOWED_ORGS")]
    private partial void LogOutsider(string login);

    [LoggerMessage(Level = LogLevel.Error, Message = "GitHub refuses the OAuth client ({Code}): check GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and the App's callback URL, which must be the dashboard's address followed by /auth/github/callback")]
    private partial void LogSetupFault(string code);
}

/// <summary>What is read of <c>GET /user</c>.</summary>
internal sealed record GitHubAccount(long Id, string Login, string? Name, string? AvatarUrl);
