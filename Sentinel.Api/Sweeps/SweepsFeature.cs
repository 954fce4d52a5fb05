namespace Sentinel.Api.Sweeps;

/// <summary>Looks for what was missed while Sentinel, or the way to it, was down.</summary>
internal static class SweepsFeature
{
    public static IServiceCollection AddSweeps(this IServiceCollection services)
    {
        services.AddOptions<SweepOptions>().BindConfiguration(SweepOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RedeliverySweep>();
        services.AddSingleton<ReconciliationSweep>();
        services.AddSingleton<SweepService>();
        services.AddHostedService(provider => provider.GetRequiredService<SweepService>());
        return services;
    }
}
