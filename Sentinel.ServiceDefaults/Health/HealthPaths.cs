using Microsoft.AspNetCore.Http;

namespace Sentinel.ServiceDefaults;

/// <summary>The paths at which a service says how it is.</summary>
public static class HealthPaths
{
    /// <summary>The process answers.</summary>
    public const string Alive = "/alive";

    /// <summary>What the service depends on answers.</summary>
    public const string Ready = "/ready";

    /// <summary>All checks as JSON.</summary>
    public const string Health = "/health";

    /// <summary>Prometheus exposition.</summary>
    public const string Metrics = "/metrics";

    /// <summary>Tag of checks that <see cref="Ready"/> runs.</summary>
    public const string ReadyTag = "ready";

    internal static bool IsHealthPath(PathString path) =>
        path == Alive || path == Ready || path == Health || path == Metrics;
}
