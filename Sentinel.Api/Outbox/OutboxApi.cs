using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Audit;
using Sentinel.Api.Problems;
using Sentinel.Api.Security;
using Sentinel.Contracts;
using Sentinel.Data;
using Sentinel.Data.Outbox;

namespace Sentinel.Api.Outbox;

/// <summary>Messages to GitHub and to the AI service that were given up, sent again once their reason is gone.</summary>
internal static class OutboxApi
{
    public static RouteHandlerBuilder MapOutbox(this IEndpointRouteBuilder routes) => routes
        .MapPost($"{ApiRoutes.Outbox}/{{id:guid}}/retry", Retry)
        .WithTags("Operations").WithSummary("Send a message again that was given up")
        .RequireAuthorization(Policies.Admin).RequireRateLimiting(RateLimits.Costly);

    private static async Task<Results<NoContent, ProblemHttpResult>> Retry(
        Guid id, CurrentUser user, SentinelDbContext db, AuditTrail audit, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Outbox.FromSql($"select * from outbox_messages where id = {id} for update").SingleOrDefaultAsync(cancellationToken) is not { } message)
            return ProblemTypes.Missing("message");
        if (message.Status != OutboxStatus.DeadLettered)
            return ProblemTypes.Problem(StatusCodes.Status409Conflict, ProblemTypes.Conflict, "The message was not given up: it waits, or was delivered.");
        (message.Status, message.Attempts, message.NextAttemptAt, message.ProcessedAt) = (OutboxStatus.Pending, 0, time.GetUtcNow(), null);
        audit.Add(user.Login, "outbox.retried", "message", id.ToString(), new { message.Kind, message.AggregateKey });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
