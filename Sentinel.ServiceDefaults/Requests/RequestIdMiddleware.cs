using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sentinel.ServiceDefaults.Requests;

/// <summary>Takes or makes the request ID at the ingress and sends it back.</summary>
internal sealed class RequestIdMiddleware(RequestDelegate next, ILogger<RequestIdMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        string? given = context.Request.Headers[RequestIds.HeaderName];
        var requestId = RequestIds.IsValid(given) ? given! : RequestIds.New();
        context.TraceIdentifier = requestId;
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[RequestIds.HeaderName] = requestId;
            return Task.CompletedTask;
        });

        using (RequestIdContext.Use(requestId))
        using (logger.BeginScope(new KeyValuePair<string, object>[] { new("RequestId", requestId) }))
            await next(context);
    }
}
