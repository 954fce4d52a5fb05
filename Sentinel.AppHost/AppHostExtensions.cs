using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Sentinel.AppHost;

/// <summary>What the topology says in one word each.</summary>
internal static class AppHostExtensions
{
    /// <summary>A secret that may be missing: an empty value means "not configured" to the services, and nothing waits for it.</summary>
    public static IResourceBuilder<ParameterResource> AddOptionalSecret(this IDistributedApplicationBuilder builder, string name, string variable) =>
        builder.AddParameter(name, () => builder.Configuration[$"Parameters:{name}"] ?? builder.Configuration[variable] ?? "", secret: true);

    /// <summary>A secret that must be there: as configured, else generated once and kept.</summary>
    public static IResourceBuilder<ParameterResource> AddGeneratedSecret(this IDistributedApplicationBuilder builder, string name, string variable) =>
        builder.Configuration[variable] is { Length: > 0 } secret
            ? builder.AddParameter(name, () => secret, secret: true)
            : builder.AddParameter(name, new GenerateParameterDefault { MinLength = 40, Special = false }, secret: true, persist: true);

    /// <summary>Containers listen on the service's own port; on a developer's machine replicas share it, so each gets a free one behind it.</summary>
    /// <param name="setting">Configuration key of the port that a person calls; null when only services call it.</param>
    public static IResourceBuilder<ProjectResource> WithServicePort(this IResourceBuilder<ProjectResource> service, int port, string? setting = null) =>
        service.ApplicationBuilder.ExecutionContext.IsPublishMode
            ? service.WithHttpEndpoint(port: setting is null ? null : port, targetPort: port, env: "PORT")
            : service.WithHttpEndpoint(port: setting is null ? null : service.ApplicationBuilder.Configuration.GetValue(setting, port), env: "PORT");

    /// <summary>On a developer's machine a repository may be a directory; elsewhere that would open the server's disk.</summary>
    public static IResourceBuilder<ProjectResource> WithLocalRepositories(this IResourceBuilder<ProjectResource> worker) =>
        worker.ApplicationBuilder is { ExecutionContext.IsRunMode: true, Environment: var environment } && environment.IsDevelopment()
            ? worker.WithEnvironment("SENTINEL_ALLOW_LOCAL_REPOSITORIES", "true")
            : worker;
}
