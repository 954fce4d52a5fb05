using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Security;
using Sentinel.Data;

namespace Sentinel.Api.Visibility;

/// <summary>Everybody sees what GitHub lets them see: narrows the database context of every request to that.</summary>
internal static class VisibilityFeature
{
    public static IServiceCollection AddVisibility(this IServiceCollection services)
    {
        services.AddOptions<VisibilityOptions>().BindConfiguration(VisibilityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<VisibilityRefresh>().AddSingleton<PersonVisibility>().AddScoped<Viewpoint>();
        // Takes the place of the context that knows no viewer: a handler cannot get hold of another one by accident.
        services.AddScoped(provider =>
        {
            var db = provider.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContext();
            db.LimitTo(provider.GetRequiredService<Viewpoint>().View);
            return db;
        });
        return services;
    }

    /// <summary>For endpoints that have nothing to do with repositories: they answer without waiting for GitHub, and see none.</summary>
    public static TBuilder SeesNoRepositories<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new NoRepositories());

    public static WebApplication UseVisibility(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            if (context.User.Identity?.IsAuthenticated == true && NeedsView(context.GetEndpoint()))
            {
                var visibility = context.RequestServices.GetRequiredService<PersonVisibility>();
                context.RequestServices.GetRequiredService<Viewpoint>().View = await visibility.OfAsync(CurrentUser.From(context.User), context.RequestAborted);
            }

            await next(context);
        });
        return app;
    }

    private static bool NeedsView(Endpoint? endpoint) =>
        endpoint is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<NoRepositories>() is null;

    private sealed class NoRepositories;
}
