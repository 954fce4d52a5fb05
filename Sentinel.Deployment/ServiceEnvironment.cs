using System.Globalization;
using Sentinel.Deployment.Model;

namespace Sentinel.Deployment;

/// <summary>The variables that a service has on every target.</summary>
internal static class ServiceEnvironment
{
    /// <summary>What does not hang on the target.</summary>
    public static IEnumerable<(string Key, string Value)> Common(ServiceModel service)
    {
        yield return ("ASPNETCORE_ENVIRONMENT", "Production");
        // The root file system is read-only: no diagnostic socket.
        yield return ("DOTNET_EnableDiagnostics", "0");
        if (service.Public) yield return ("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true");
        if (service.Port > 0) yield return ("PORT", service.Port.ToString(CultureInfo.InvariantCulture));
        if (service.Tools.Contains("git")) yield return ("SENTINEL_CACHE_DIR", "/cache");
    }

    /// <summary>The address of a store without its password, which is a variable of its own.</summary>
    /// <param name="tls">Whether the server has a certificate that must be checked.</param>
    public static string StoreUrl(StoreModel store, string host, bool tls = false) => store.Kind switch
    {
        StoreKind.Postgres => string.Create(CultureInfo.InvariantCulture, $"postgres://{store.User}@{host}:{store.Port}/{store.Database}{(tls ? "?sslmode=verify-full" : "")}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(tls ? "rediss" : "redis")}://{host}:{store.Port}"),
    };
}
