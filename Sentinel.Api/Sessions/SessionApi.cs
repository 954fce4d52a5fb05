using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Api.Visibility;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.Data.Access;

namespace Sentinel.Api.Sessions;

/// <summary>Signing in, asking who is signed in, signing out.</summary>
internal static class SessionApi
{
    /// <summary>Fixed: use does not prolong a session.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    private const string LocalLogin = "local";

    public static RouteGroupBuilder MapSession(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Session).WithTags("Session").RequireAuthorization(Policies.Viewer).SeesNoRepositories();
        group.MapGet("/", Get).WithSummary("Say who is calling");
        group.MapDelete("/", SignOut).WithSummary("End the session, or revoke the token, that is calling");
        group.MapDelete("/all", SignOutEverywhere).WithSummary("End all sessions of whoever is calling");
        group.MapGet("/options", Options).AllowAnonymous().WithSummary("List the ways of signing in");
        group.MapPost("/local", SignInLocally).AllowAnonymous().RequireRateLimiting(RateLimits.SignIn)
            .WithSummary("Sign in from this machine, in Development only");
        group.MapPost("/github", GitHubSignIn.Start).AllowAnonymous().WithSummary("Begin to sign in with GitHub");
        group.MapPost("/github/complete", GitHubSignIn.Complete).AllowAnonymous().RequireRateLimiting(RateLimits.SignIn)
            .WithSummary("Finish signing in with GitHub");
        return group;
    }

    private static Ok<SessionInfo> Get(CurrentUser user) =>
        TypedResults.Ok(new SessionInfo(user.Login, user.Role, user.ExpiresAt, user.IsApiToken));

    private static async Task<Ok<SignInOptions>> Options(HttpRequest request, LocalSignIn local, GitHubSignIn gitHub, CancellationToken cancellationToken) =>
        TypedResults.Ok(new SignInOptions(await local.RefusalAsync(request, cancellationToken) is null, await gitHub.IsSetUpAsync(cancellationToken)));

    private static async Task<Results<Ok<SessionCreated>, ProblemHttpResult>> SignInLocally(
        HttpRequest request, LocalSignIn local, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await local.RefusalAsync(request, cancellationToken) is { } reason)
            return ProblemTypes.Problem(StatusCodes.Status403Forbidden, ProblemTypes.LocalSignInRefused, reason);
        var token = TokenFormat.Create(TokenFormat.SessionPrefix);
        var now = time.GetUtcNow();
        var session = new AccessToken
        {
            Kind = AccessTokenKind.Session,
            Name = "Local sign-in",
            Hash = TokenFormat.Hash(token),
            Owner = LocalLogin,
            Role = Role.Admin,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
        };
        db.AccessTokens.Add(session);
        audit.Add(LocalLogin, "session.created", "session", session.Id.ToString(), new { way = "local" });
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(new SessionCreated(token, LocalLogin, session.Role, session.ExpiresAt));
    }

    private static async Task<NoContent> SignOut(
        CurrentUser user, SentinelDbContext db, AuditTrail audit, TokenDirectory tokens, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.AccessTokens.SingleOrDefaultAsync(token => token.Id == user.TokenId, cancellationToken) is { RevokedAt: null } row)
        {
            row.RevokedAt = time.GetUtcNow();
            audit.Add(user.Login, "session.ended", "session", row.Id.ToString());
            await db.SaveChangesAsync(cancellationToken);
            tokens.Forget(row.Hash);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SignOutEverywhere(
        CurrentUser user, SentinelDbContext db, AuditTrail audit, TokenDirectory tokens, PersonVisibility visibility, TimeProvider time,
        CancellationToken cancellationToken)
    {
        // Whoever found a token must not be able to lock its owner out.
        if (user.IsApiToken)
            return ProblemTypes.Problem(StatusCodes.Status403Forbidden, ProblemTypes.Forbidden, "Only a signed-in person can sign out everywhere, not an API token.");
        if (user.PersonId is { } id)
        {
            (await db.People.SingleAsync(person => person.Id == id, cancellationToken)).SignOutEverywhere();
        }
        else
        {
            var now = time.GetUtcNow();
            await db.AccessTokens
                .Where(token => token.Kind == AccessTokenKind.Session && token.PersonId == null && token.Owner == user.Login && token.RevokedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(token => token.RevokedAt, now), cancellationToken);
        }

        audit.Add(user.Login, "session.ended-everywhere", user.PersonId is null ? "session" : "person", (user.PersonId ?? user.TokenId).ToString());
        await db.SaveChangesAsync(cancellationToken);
        tokens.ForgetAll();
        visibility.Forget(user.PersonId);
        return TypedResults.NoContent();
    }
}
