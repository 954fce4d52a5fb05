using MudBlazor;
using MudBlazor.Services;
using Sentinel.ServiceDefaults.Configuration;
using Sentinel.Web.Components;
using Sentinel.Web.Model;
using Sentinel.Web.Security;

namespace Sentinel.Web;

/// <summary>The pages and what they need.</summary>
internal static class Dashboard
{
    public static WebApplicationBuilder AddSentinelClient(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<SessionTokens>();
        builder.Services.AddScoped<SentinelClient>();
        builder.Services.AddHttpClient<ApiTransport>(http =>
            http.BaseAddress = new Uri(builder.Configuration[ConfigurationKeys.ApiUrl] is { Length: > 0 } url ? url : "https+http://api"));
        return builder;
    }

    public static WebApplicationBuilder AddDashboard(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            options.SnackbarConfiguration.VisibleStateDuration = 5000;
        });
        return builder;
    }

    public static void UseDashboardErrors(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment())
            app.UseExceptionHandler(SentinelUrls.Error, createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute(SentinelUrls.NotFound, createScopeForStatusCodePages: true);
    }

    public static void MapDashboard(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapGet(SentinelUrls.Search, (string? q) => Results.LocalRedirect(SearchTarget.For(q))).RequireAuthorization();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null)
            .RequireAuthorization();
    }
}
