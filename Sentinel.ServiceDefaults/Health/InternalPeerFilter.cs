using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.ServiceDefaults;

/// <summary>
/// Lets only callers inside the installation in: the peer has a private address and no proxy forwarded the request. To anybody else
/// the page does not exist.
/// </summary>
public static class InternalPeerFilter
{
    /// <summary>Hides the endpoints from callers outside the installation.</summary>
    public static TBuilder RequireInternalPeer<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(static endpoint =>
        {
            var next = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                if (IsInternal(context)) return next(context);
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            };
        });
        return endpoints;
    }

    internal static bool IsInternal(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("Forwarded")) return false;
        return context.Connection.RemoteIpAddress is { } peer && OwnNetwork.Holds(peer);
    }
}
