using System.Globalization;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;

namespace Sentinel.Deployment.Images;

/// <summary>
/// One image with every service, for hosts that give away one container and for quick tries: the app host starts and watches the
/// services, and the dashboard's port is the only one. The stores are elsewhere.
/// </summary>
internal static class AllInOneImage
{
    public const string Name = "all-in-one";
    private const string AppHost = "Sentinel.AppHost";

    /// <summary>The only port: the dashboard's, which passes on what is meant for the API.</summary>
    public static int Port(DeploymentModel model) => model.Running.Single(s => s is { Public: true, Sticky: true }).Port;

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        var projects = model.Services.Select(s => s.Project).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        yield return new GeneratedFile($"docker/{Name}.Dockerfile", string.Join('\n', Lines(model, projects)) + "\n");
        yield return new GeneratedFile($"docker/{Name}.Dockerfile.dockerignore", DockerfileEmitter.Ignore(model.Sources));
    }

    private static IEnumerable<string> Lines(DeploymentModel model, string[] projects)
    {
        var tools = model.Services.SelectMany(s => s.Tools).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var port = Port(model).ToString(CultureInfo.InvariantCulture);
        foreach (var line in DockerfileEmitter.Head(Name, tools)) yield return line;
        foreach (var line in DockerfileEmitter.Sources(model.Sources, $"{AppHost}/{AppHost}.csproj")) yield return line;
        yield return "RUN --mount=type=cache,target=/packages \\";
        yield return $"    for project in {string.Join(' ', projects)} {AppHost}; do \\";
        yield return "        dotnet publish \"$project\" --no-restore --configuration Release --output \"/app/$project\" -p:UseAppHost=false || exit 1; \\";
        yield return "    done";
        foreach (var line in DockerfileEmitter.Final(Name, tools)) yield return line;
        yield return $"ENV ASPNETCORE_ENVIRONMENT=Production \\";
        yield return "    DOTNET_ENVIRONMENT=Production \\";
        yield return "    DOTNET_EnableDiagnostics=0 \\";
        yield return "    DOTNET_gcServer=0 \\";
        yield return "    SENTINEL_APPLICATIONS_DIR=/app \\";
        yield return "    SENTINEL_BIND_ADDRESS=0.0.0.0 \\";
        yield return "    SENTINEL_CACHE_DIR=/tmp/sentinel/cache \\";
        yield return "    SENTINEL_DATA_DIR=/tmp/sentinel/data \\";
        yield return "    SENTINEL_FORWARD_API=true \\";
        yield return $"    WEB_PORT={port}";
        yield return string.Create(CultureInfo.InvariantCulture, $"USER {ContainerImages.UserId}");
        yield return $"EXPOSE {port}";
        var web = model.Running.Single(s => s is { Public: true, Sticky: true });
        yield return $"HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=6 CMD [\"dotnet\", \"{web.Project}/{ContainerImages.Assembly(web)}\", \"--healthcheck\"]";
        yield return $"ENTRYPOINT [\"dotnet\", \"{AppHost}/{AppHost}.dll\"]";
    }
}
