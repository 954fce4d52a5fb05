using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using Sentinel.Api.Security;

namespace Sentinel.Api.Documentation;

/// <summary>
/// <c>/openapi/v1.json</c> and the reference page <c>/docs</c>, whose script comes from this server and from nowhere else.
/// Open in Development; elsewhere they need a token like everything else.
/// </summary>
internal static class DocumentationFeature
{
    private const string PageContent =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static IServiceCollection AddDocumentation(this IServiceCollection services) => services.AddOpenApi("v1", options =>
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Sentinel API",
                Version = "v1",
                Description = "Findings, scans and repositories. Every call needs `Authorization: Bearer <token>`.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[BearerAuthentication.SchemeName] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API token (`snt_…`) or a session (`sns_…`).",
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerAuthentication.SchemeName, document)] = [] }];
            // The address of whoever asked first would be kept for all others.
            document.Servers = [];
            return Task.CompletedTask;
        }));

    public static WebApplication MapDocumentation(this WebApplication app)
    {
        var open = app.Environment.IsDevelopment();
        Guard(app.MapOpenApi());
        var page = app.MapGroup("");
        page.MapScalarApiReference("/docs", options =>
        {
            options.Title = "Sentinel API";
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.HideClientButton = true;
            options.OpenApiRoutePattern = "/openapi/{documentName}.json";
        });
        // The package opens its script and icon to everyone; here they follow the page they belong to.
        ((IEndpointConventionBuilder)page).Finally(endpoint =>
        {
            if (open) return;
            foreach (var anonymous in endpoint.Metadata.OfType<IAllowAnonymous>().ToList()) endpoint.Metadata.Remove(anonymous);
        });
        Guard(page);
        return app;

        void Guard(IEndpointConventionBuilder endpoint)
        {
            if (open) endpoint.AllowAnonymous();
            else endpoint.RequireAuthorization(Policies.Viewer);
        }
    }

    /// <summary>The page needs scripts and styles of this server; no other answer does.</summary>
    public static IApplicationBuilder UseDocumentationHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.Path.StartsWithSegments("/docs", StringComparison.OrdinalIgnoreCase))
            context.Response.Headers.ContentSecurityPolicy = PageContent;
        return next(context);
    });
}
