using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Sentinel.Worker.Outbox;

/// <summary>Delivers what was promised in a transaction: explanations, and everything that is written to GitHub.</summary>
internal static class OutboxFeature
{
    public static void AddOutbox(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<OutboxOptions>().BindConfiguration(OutboxOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<OutboxDrain>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OutboxDrain>());
        builder.Services.AddHostedService<OutboxRetention>();
    }

    public static void AddOutboxHandler<T>(this IServiceCollection services) where T : class, IOutboxHandler =>
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOutboxHandler, T>());
}
