using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Sentinel.Api.Problems;

/// <summary>A database that cannot be reached is a 503 that asks for a retry, not a fault of the request.</summary>
internal sealed partial class StoreUnavailableHandler(IProblemDetailsService problems, ILogger<StoreUnavailableHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!DatabaseFaults.IsUnavailable(exception)) return false;
        var reason = exception.GetBaseException().Message;
        StoreUnavailable(logger, reason);
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers.RetryAfter = "5";
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails =
            {
                Status = StatusCodes.Status503ServiceUnavailable,
                Type = ProblemTypes.Unavailable,
                Detail = "The database cannot be reached right now. Try again in a few seconds.",
            },
        });
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The database cannot be reached: {Reason}")]
    private static partial void StoreUnavailable(ILogger logger, string reason);
}
