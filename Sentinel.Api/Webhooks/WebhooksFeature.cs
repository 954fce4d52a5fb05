using Sentinel.Api.Webhooks.Events;

namespace Sentinel.Api.Webhooks;

/// <summary>Everything that takes webhooks in.</summary>
internal static class WebhooksFeature
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<WebhookSecret>().AddHostedService<LocalWebhookSecret>();
        services.AddSingleton<WebhookMemory>().AddSingleton<WebhookBody>().AddSingleton<WebhookMetrics>();
        services.AddSingleton<DeliveryPlanner>().AddSingleton<DeliveryStore>();
        services.AddSingleton(provider =>
        {
            var configuration = provider.GetRequiredService<IConfiguration>();
            return new RepositoryReader(
                GitHubAddress.From(configuration),
                provider.GetRequiredService<IHostEnvironment>().IsDevelopment());
        });
        // Hosted services stop in reverse order: the writer finishes its batch while the dispatcher still takes it.
        services.AddSingleton<DeliveryDispatch>().AddHostedService(provider => provider.GetRequiredService<DeliveryDispatch>());
        services.AddSingleton<DeliveryWriter>().AddHostedService(provider => provider.GetRequiredService<DeliveryWriter>());
        return services;
    }
}
