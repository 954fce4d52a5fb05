using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Api.Visibility;
using Sentinel.Contracts;
using Sentinel.Contracts.People;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;

namespace Sentinel.Api.People;

/// <summary>Who has signed in, and as what; for administrators.</summary>
internal static class PeopleApi
{
    private const int MaxListed = 1000;

    public static RouteGroupBuilder MapPeople(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(ApiRoutes.People).WithTags("People").RequireAuthorization(Policies.Admin);
        group.MapGet("/", List).WithSummary("List the people who have signed in");
        group.MapPost("/{id:guid}/role", ChangeRole).RequireRateLimiting(RateLimits.Costly).WithSummary("Change what a person may do");
        group.MapPost("/{id:guid}/sign-out", SignOut).RequireRateLimiting(RateLimits.Costly).WithSummary("End all sessions of a person");
        return group;
    }

    private static async Task<Ok<List<PersonSummary>>> List(SentinelDbContext db, CancellationToken cancellationToken) =>
        TypedResults.Ok(await db.People.AsNoTracking().OrderBy(person => person.Login).ThenBy(person => person.Id).Take(MaxListed)
            .Select(person => new PersonSummary(
                person.Id, person.Login, person.Name, person.Role, person.CreatedAt, person.SignedInAt,
                person.VisibilityReadAt == null ? null
                    : db.PersonRepositories.Count(mine => mine.PersonId == person.Id && db.Repositories.Any(row => row.GitHubId == mine.GitHubId))))
            .ToListAsync(cancellationToken));

    private static async Task<Results<NoContent, ValidationProblem, ProblemHttpResult>> ChangeRole(
        Guid id, ChangeRoleRequest request, CurrentUser user, SentinelDbContext db, AuditTrail audit, TokenDirectory tokens, PersonVisibility visibility,
        CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined(request.Role)) return ProblemTypes.Invalid("role", "The role is Viewer, Triager or Admin.");
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // One change at a time: two administrators who demote each other must not leave none.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('people', 0))", cancellationToken);
        if (await db.People.SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } person) return ProblemTypes.Missing("person");
        if (person.Role == request.Role) return TypedResults.NoContent();
        if (person.Role == Role.Admin && !await db.People.AnyAsync(row => row.Id != id && row.Role == Role.Admin, cancellationToken))
            return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, "This is the only administrator. Make somebody else one first.");
        audit.Add(user.Login, "person.role-changed", "person", id.ToString(), new { person.Login, before = person.Role, after = request.Role });
        person.Role = request.Role;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        tokens.ForgetAll();
        visibility.Forget(id);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SignOut(
        Guid id, CurrentUser user, SentinelDbContext db, AuditTrail audit, TokenDirectory tokens, PersonVisibility visibility, CancellationToken cancellationToken)
    {
        if (await db.People.SingleOrDefaultAsync(row => row.Id == id, cancellationToken) is not { } person) return ProblemTypes.Missing("person");
        person.SignOutEverywhere();
        audit.Add(user.Login, "person.signed-out", "person", id.ToString(), new { person.Login });
        await db.SaveChangesAsync(cancellationToken);
        tokens.ForgetAll();
        visibility.Forget(id);
        return TypedResults.NoContent();
    }
}
