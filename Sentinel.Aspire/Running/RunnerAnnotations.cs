using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Sentinel.Aspire.Running;

/// <summary>A health check by HTTP GET; each replica is asked at its own port.</summary>
internal sealed class HttpHealthCheckAnnotation(string resourceName, string path, int statusCode, string? endpointName)
    : HealthCheckAnnotation($"{resourceName}_{path}_{statusCode}_check")
{
    public string Path { get; } = path;

    public int StatusCode { get; } = statusCode;

    public string? EndpointName { get; } = endpointName;
}

/// <summary>The store keeps its data under this name in the data directory.</summary>
internal sealed class DataVolumeAnnotation(string name) : IResourceAnnotation
{
    public string Name { get; } = name;
}

/// <summary>Stores that someone else runs.</summary>
internal static class ExternalStores
{
    /// <summary>The value of DATABASE_URL or REDIS_URL, which the services understand in every form they document.</summary>
    public static string? Find(IDistributedApplicationBuilder builder, string key) =>
        builder.ExecutionContext.IsRunMode && builder.Configuration[key] is { Length: > 0 } url ? url : null;
}

/// <summary>The variables by which .NET service discovery finds another resource.</summary>
internal static class ServiceDiscoveryVariables
{
    public static void Add(Dictionary<string, object> variables, IResourceWithEndpoints source, string name)
    {
        foreach (var endpoint in source.GetEndpoints()) variables[$"services__{name}__{endpoint.EndpointName}__0"] = endpoint;
    }
}
