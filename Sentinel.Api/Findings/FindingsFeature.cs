namespace Sentinel.Api.Findings;

/// <summary>Decisions about findings.</summary>
internal static class FindingsFeature
{
    public static IServiceCollection AddFindings(this IServiceCollection services) => services
        .AddSingleton<FindingDecisions>()
        .AddSingleton<DismissalExpiry>()
        .AddHostedService(provider => provider.GetRequiredService<DismissalExpiry>());
}
