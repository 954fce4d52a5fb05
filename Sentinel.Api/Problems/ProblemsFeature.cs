using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace Sentinel.Api.Problems;

/// <summary>Every answer that is not a success is RFC 9457 problem details with a stable type and the request ID.</summary>
internal static class ProblemsFeature
{
    public static IServiceCollection AddSentinelProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        services.AddExceptionHandler<StoreUnavailableHandler>();
        return services;
    }

    public static WebApplication UseSentinelProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = StatusOf });
        app.UseStatusCodePages();
        return app;
    }

    private static int StatusOf(Exception exception) =>
        exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;

    private static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        // The framework's own types are links to RFC sections, one for each status; ours name the failure.
        if (problem.Type?.StartsWith(ProblemTypes.Prefix, StringComparison.Ordinal) is not true)
            problem.Type = problem is HttpValidationProblemDetails ? ProblemTypes.Validation : ProblemTypes.FromStatus(status);
        problem.Instance = context.HttpContext.Request.Path;
        if (context.HttpContext.Response.Headers["X-Request-ID"] is [{ } requestId]) problem.Extensions["requestId"] = requestId;
        if (Activity.Current is { } activity) problem.Extensions["traceId"] = activity.TraceId.ToHexString();
    }
}
