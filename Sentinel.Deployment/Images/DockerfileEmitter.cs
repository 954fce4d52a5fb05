using System.Globalization;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;

namespace Sentinel.Deployment.Images;

/// <summary>
/// One Dockerfile for each image: built in the SDK's image, run in .NET's chiseled one, which has no shell and no package manager
/// (https://github.com/dotnet/dotnet-docker/blob/main/documentation/ubuntu-chiseled.md).
/// </summary>
internal static class DockerfileEmitter
{
    // A base can be given by digest: docker build --build-arg RUNTIME_IMAGE=…@sha256:….
    private const string Sdk = "mcr.microsoft.com/dotnet/sdk:10.0-noble";
    private const string Runtime = "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled";
    private const string Tools = "docker.io/library/ubuntu:24.04";

    // What a build needs beside the projects.
    private static readonly string[] BuildFiles = ["global.json", "Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", ".editorconfig"];

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        foreach (var image in model.Services.GroupBy(s => s.Image, StringComparer.Ordinal))
        {
            // A job that shares the image brings no port of its own.
            var service = image.FirstOrDefault(s => s.Kind != ServiceKind.Job) ?? image.First();
            var text = Lines(service, image.SelectMany(s => s.Tools).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray());
            yield return new GeneratedFile($"docker/{service.Image}.Dockerfile", string.Join('\n', text) + "\n");
            yield return new GeneratedFile($"docker/{service.Image}.Dockerfile.dockerignore", Ignore(service.Sources));
        }
        foreach (var file in AllInOneImage.Emit(model)) yield return file;
    }

    /// <summary>Files and folders that an image is built from.</summary>
    public static IEnumerable<string> Inputs(ServiceModel service) => BuildFiles.Concat(service.Sources);

    /// <summary>Everything before the build's own commands.</summary>
    public static IEnumerable<string> Head(string image, string[] tools)
    {
        yield return "# syntax=docker/dockerfile:1";
        yield return $"# {GeneratedFile.Notice}";
        yield return $"# docker build --file deploy/docker/{image}.Dockerfile --tag sentinel-{image} .";
        yield return $"ARG SDK_IMAGE={Sdk}";
        yield return $"ARG RUNTIME_IMAGE={Runtime}";
        if (tools.Length > 0) yield return $"ARG TOOLS_IMAGE={Tools}";
        yield return "";
    }

    /// <summary>The build's stage up to its sources. Packages are restored before these, so that a change of code does not fetch them again.</summary>
    public static IEnumerable<string> Sources(IReadOnlyCollection<string> sources, string project)
    {
        yield return "FROM ${SDK_IMAGE} AS build";
        yield return "ENV NUGET_PACKAGES=/packages";
        yield return "WORKDIR /src";
        yield return $"COPY {string.Join(' ', BuildFiles)} ./";
        foreach (var source in sources) yield return $"COPY {source}/{source}.csproj {source}/";
        yield return $"RUN --mount=type=cache,target=/packages dotnet restore {project}";
        foreach (var source in sources) yield return $"COPY {source}/ {source}/";
    }

    /// <summary>The tools' stage, if any, and the final one up to its settings.</summary>
    public static IEnumerable<string> Final(string image, string[] tools)
    {
        if (tools.Length > 0)
        {
            yield return "";
            foreach (var line in ToolStage(tools)) yield return line;
        }
        yield return "";
        yield return "FROM ${RUNTIME_IMAGE} AS final";
        yield return "ARG VERSION=0.0.0";
        yield return "ARG REVISION=unknown";
        yield return $"LABEL org.opencontainers.image.title=\"sentinel-{image}\" \\";
        yield return "      org.opencontainers.image.version=\"${VERSION}\" \\";
        yield return "      org.opencontainers.image.revision=\"${REVISION}\" \\";
        yield return "      org.opencontainers.image.licenses=\"MIT\"";
        if (tools.Length > 0) yield return "COPY --from=tools /rootfs/ /";
        // A named volume takes the owner of the folder it is mounted on; without one it would be root's.
        if (tools.Contains("git")) yield return string.Create(CultureInfo.InvariantCulture, $"COPY --from=tools --chown={ContainerImages.UserId}:{ContainerImages.UserId} /cache/ /cache/");
        yield return "WORKDIR /app";
        yield return "COPY --from=build /app ./";
    }

    private static IEnumerable<string> Lines(ServiceModel service, string[] tools)
    {
        var project = $"{service.Project}/{service.Project}.csproj";
        foreach (var line in Head(service.Image, tools)) yield return line;
        foreach (var line in Sources(service.Sources, project)) yield return line;
        yield return "RUN --mount=type=cache,target=/packages \\";
        yield return $"    dotnet publish {project} --no-restore --configuration Release --output /app -p:UseAppHost=false";
        foreach (var line in Final(service.Image, tools)) yield return line;
        // The file system is read-only in every deployment: no diagnostic socket.
        yield return "ENV DOTNET_EnableDiagnostics=0 \\";
        yield return string.Create(CultureInfo.InvariantCulture, $"    PORT={service.Port}");
        yield return string.Create(CultureInfo.InvariantCulture, $"USER {ContainerImages.UserId}");
        // Fargate gives a volume the owner and mode of the folder only where the image declares it:
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html.
        yield return tools.Contains("git") ? "VOLUME [\"/cache\", \"/tmp\"]" : "VOLUME [\"/tmp\"]";
        yield return string.Create(CultureInfo.InvariantCulture, $"EXPOSE {service.Port}");
        yield return $"HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 CMD [\"dotnet\", \"{ContainerImages.Assembly(service)}\", \"--healthcheck\"]";
        yield return $"ENTRYPOINT [\"dotnet\", \"{ContainerImages.Assembly(service)}\"]";
    }

    // The runtime image cannot install anything: a program comes with the libraries it is linked to, and nothing else.
    private static IEnumerable<string> ToolStage(IEnumerable<string> tools)
    {
        foreach (var tool in tools.Where(t => t != "git")) throw new DeploymentFaultException([$"the tool '{tool}' has no recipe for an image; there is one for git."]);
        yield return "FROM ${TOOLS_IMAGE} AS tools";
        yield return "RUN apt-get update \\";
        yield return "    && apt-get install --yes --no-install-recommends git \\";
        yield return "    && rm --recursive --force /var/lib/apt/lists/* \\";
        yield return "    && mkdir --parents /rootfs/usr/bin /rootfs/usr/lib/git-core /cache \\";
        yield return "    && cp /usr/bin/git /rootfs/usr/bin/ \\";
        yield return "    && cp --no-dereference /usr/lib/git-core/git-remote-http /usr/lib/git-core/git-remote-https /rootfs/usr/lib/git-core/ \\";
        yield return "    && ln --symbolic /usr/bin/git /rootfs/usr/lib/git-core/git \\";
        // The C library is the runtime image's own: it must fit that image's loader.
        yield return "    && ldd /usr/bin/git /usr/lib/git-core/git-remote-http | sed -n 's/.*=> \\(\\/[^ ]*\\).*/\\1/p' | sort -u \\";
        yield return "       | grep -vE '/(ld-linux.*|lib(c|m|dl|rt|pthread|resolv))\\.so' \\";
        yield return "       | while read -r library; do cp --parents --dereference \"$library\" /rootfs/; done \\";
        // In today's distributions /lib is a link to /usr/lib; a folder in its place would break the image.
        yield return "    && if [ -d /rootfs/lib ]; then cp --recursive /rootfs/lib/. /rootfs/usr/lib/ && rm --recursive /rootfs/lib; fi";
    }

    /// <summary>What the builder is not sent: everything but the image's inputs.</summary>
    public static string Ignore(IEnumerable<string> sources) =>
        $"""
        # {GeneratedFile.Notice}
        # Only what the image is built from is sent to the builder.
        *
        {string.Join('\n', BuildFiles.Concat(sources).Select(f => $"!{f}"))}
        **/bin
        **/obj
        **/.env*
        **/secrets
        **/*.user

        """;
}
