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

namespace Sentinel.Api.Tokens;

/// <summary>API tokens: everyone has their own, administrators see and revoke all.</summary>
internal static class TokensApi
{
    private const int DefaultDays = 90;
    private const int MaxDays = 366;
    private const int MaxName = 100;
    private const int MaxListed = 500;

    public static RouteGroupBuilder MapTokens(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.Tokens).WithTags("Tokens").RequireAuthorization(Policies.Viewer).SeesNoRepositories();
        group.MapGet("/", List).WithSummary("List API tokens, without their values");
        group.MapPost("/", Create).RequireRateLimiting(RateLimits.Costly).WithSummary("Create an API token; its value is shown once");
        group.MapDelete("/{id:guid}", Revoke).WithSummary("Revoke an API token");
        return group;
    }

    private static async Task<Ok<List<TokenSummary>>> List(CurrentUser user, SentinelDbContext db, CancellationToken cancellationToken) =>
        TypedResults.Ok(await VisibleTo(user, db).AsNoTracking()
            .OrderByDescending(token => token.CreatedAt).Take(MaxListed)
            .Select(token => new TokenSummary(
                token.Id, token.Name, token.Owner, token.Role, token.CreatedAt, token.ExpiresAt, token.LastUsedAt, token.RevokedAt))
            .ToListAsync(cancellationToken));

    private static async Task<Results<Created<TokenCreated>, ValidationProblem, ProblemHttpResult>> Create(
        CreateTokenRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var name = request.Name?.Trim() ?? "";
        if (name.Length is 0 or > MaxName || name.Any(char.IsControl)) errors["name"] = [$"Give the token a name of 1 to {MaxName} characters."];
        if (request.ExpiresInDays is < 1 or > MaxDays) errors["expiresInDays"] = [$"A token lives 1 to {MaxDays} days."];
        if (!Enum.IsDefined(request.Role)) errors["role"] = ["The role is Viewer, Triager or Admin."];
        if (errors.Count > 0) return TypedResults.ValidationProblem(errors, type: ProblemTypes.Validation);
        // A stolen token must not be able to make a stronger one.
        if (request.Role > user.Role)
            return ProblemTypes.Problem(StatusCodes.Status403Forbidden, ProblemTypes.Forbidden, "A token cannot have a higher role than its maker.");

        var value = TokenFormat.Create(TokenFormat.ApiPrefix);
        var now = time.GetUtcNow();
        var token = new AccessToken
        {
            Kind = AccessTokenKind.ApiToken,
            Name = name,
            Hash = TokenFormat.Hash(value),
            Owner = user.Login,
            PersonId = user.PersonId,
            Role = request.Role,
            CreatedAt = now,
            ExpiresAt = ExpiryOf(request, user, now),
        };
        db.AccessTokens.Add(token);
        audit.Add(user.Login, "token.created", "token", token.Id.ToString(), new { token.Name, token.Role, token.ExpiresAt });
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"{ApiRoutes.Tokens}/{token.Id}", new TokenCreated(token.Id, token.Name, value, token.ExpiresAt));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Revoke(
        Guid id, CurrentUser user, SentinelDbContext db, AuditTrail audit, TokenDirectory tokens, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await VisibleTo(user, db).SingleOrDefaultAsync(token => token.Id == id, cancellationToken) is not { } row)
            return ProblemTypes.Missing("token");
        if (row.RevokedAt is null)
        {
            row.RevokedAt = time.GetUtcNow();
            audit.Add(user.Login, "token.revoked", "token", row.Id.ToString(), new { row.Name, row.Owner });
            await db.SaveChangesAsync(cancellationToken);
        }

        tokens.Forget(row.Hash);
        return TypedResults.NoContent();
    }

    private static IQueryable<AccessToken> VisibleTo(CurrentUser user, SentinelDbContext db)
    {
        var tokens = db.AccessTokens.Where(token => token.Kind == AccessTokenKind.ApiToken);
        return user.Role == Role.Admin ? tokens
            : user.PersonId is { } person ? tokens.Where(token => token.PersonId == person)
            : tokens.Where(token => token.PersonId == null && token.Owner == user.Login);
    }

    // A stolen token must not be able to make one that outlives it.
    private static DateTimeOffset ExpiryOf(CreateTokenRequest request, CurrentUser user, DateTimeOffset now)
    {
        var wanted = now.AddDays(request.ExpiresInDays ?? DefaultDays);
        return user.IsApiToken && user.ExpiresAt < wanted ? user.ExpiresAt : wanted;
    }
}
