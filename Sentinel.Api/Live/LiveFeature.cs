namespace Sentinel.Api.Live;

/// <summary>Telling open pages what changed.</summary>
internal static class LiveFeature
{
    public static IServiceCollection AddLive(this IServiceCollection services) => services.AddSingleton<LiveUpdates>();
}
