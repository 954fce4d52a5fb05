using Sentinel.ServiceDefaults.Configuration;
using Sentinel.ServiceDefaults.Requests;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace Sentinel.Web;

/// <summary>
/// Where only the dashboard is reachable from outside (one container, one port), it passes on what is meant for the API: its routes and
/// GitHub's webhooks. Off unless the setting is true; the API checks every request itself.
/// </summary>
internal static class ApiForwarding
{
    /// <summary>The setting that turns it on.</summary>
    public const string Setting = "SENTINEL_FORWARD_API";

    private static readonly string[] Routes = ["/api/{**rest}", "/webhooks/{**rest}"];

    public static WebApplicationBuilder AddApiForwarding(this WebApplicationBuilder builder)
    {
        if (IsOn(builder.Configuration)) builder.Services.AddHttpForwarder();
        return builder;
    }

    public static void MapApiForwarding(this WebApplication app)
    {
        if (!IsOn(app.Configuration)) return;
        var api = app.Configuration["services:api:http:0"] is { Length: > 0 } discovered ? discovered
            : app.Configuration[ConfigurationKeys.ApiUrl] is { Length: > 0 } url ? url
            : throw new InvalidOperationException($"{Setting} is true, but there is no address of the API to pass requests on to. Set {ConfigurationKeys.ApiUrl}.");
        foreach (var route in Routes)
        {
            app.MapForwarder(route, api, transforms => transforms.AddRequestTransform(context =>
            {
                // The ID made here is the one the caller is told.
                context.ProxyRequest.Headers.Remove(RequestIds.HeaderName);
                context.ProxyRequest.Headers.TryAddWithoutValidation(RequestIds.HeaderName, context.HttpContext.TraceIdentifier);
                return ValueTask.CompletedTask;
            })).AllowAnonymous().DisableAntiforgery();
        }
    }

    private static bool IsOn(IConfiguration configuration) => configuration.GetValue(Setting, false);
}
