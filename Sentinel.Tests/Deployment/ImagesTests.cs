using System.Diagnostics;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

public sealed class ImagesTests
{
    /// <summary>What a Dockerfile copies is what MSBuild says that the project is built from.</summary>
    [Theory]
    [InlineData("ai-service", "Sentinel.AiService")]
    [InlineData("api", "Sentinel.Api")]
    [InlineData("web", "Sentinel.Web")]
    [InlineData("worker", "Sentinel.Worker")]
    public async Task Dockerfile_Copies_TheProjectGraph(string image, string project)
    {
        var expected = await ClosureAsync(project);

        var lines = (await AppModel.TextAsync($"docker/{image}.Dockerfile")).Split('\n');

        Assert.Equal(expected.Select(p => $"COPY {p}/{p}.csproj {p}/"), lines.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && l.Contains(".csproj", StringComparison.Ordinal)));
        Assert.Equal(expected.Select(p => $"COPY {p}/ {p}/"), lines.Where(l => l.StartsWith("COPY Sentinel", StringComparison.Ordinal) && !l.Contains(".csproj", StringComparison.Ordinal)));
        Assert.All(lines.First(l => l.StartsWith("COPY global.json", StringComparison.Ordinal)).Split(' ')[1..^1], f => Assert.True(File.Exists(Path.Combine(SharedFiles.RepositoryRoot, f))));
        var ignored = (await AppModel.TextAsync($"docker/{image}.Dockerfile.dockerignore")).Split('\n');
        Assert.All(expected, p => Assert.Contains($"!{p}", ignored));
    }

    [Fact]
    public async Task Worker_AloneHasGitOfTheServices()
    {
        foreach (var file in (await AppModel.FilesAsync()).Where(f => f.Path.EndsWith(".Dockerfile", StringComparison.Ordinal)))
            Assert.Equal(file.Path is "docker/worker.Dockerfile" or "docker/all-in-one.Dockerfile", file.Text.Contains("git-remote-http", StringComparison.Ordinal));
    }

    /// <summary>The commands that gather git run here; what they gathered runs in a root that has the C library and nothing else.</summary>
    [Fact]
    public async Task GatheredGit_RunsWhereThereIsOnlyTheCLibrary()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/lib/git-core/git-remote-http"), "Needs root and Debian's git.");
        var dockerfile = await AppModel.TextAsync("docker/worker.Dockerfile");
        var stage = dockerfile[dockerfile.IndexOf(" AS tools\n", StringComparison.Ordinal)..];
        var commands = stage[stage.IndexOf("mkdir --parents", StringComparison.Ordinal)..stage.IndexOf("\n\n", StringComparison.Ordinal)];
        var folder = Directory.CreateTempSubdirectory("sentinel-git-").FullName;
        try
        {
            var gather = commands.Replace("/rootfs", $"{folder}/root", StringComparison.Ordinal).Replace(" /cache", $" {folder}/cache", StringComparison.Ordinal);
            // The runtime image's own: the loader and the C library.
            const string Base = """
                set -e; R=$1/root
                [ -e $R/lib ] || ln -s usr/lib $R/lib; mkdir -p $R/usr/lib64 $R/tmp $R/dev; ln -sfn usr/lib64 $R/lib64; : > $R/dev/null; chmod 666 $R/dev/null
                for library in $(ldd /usr/bin/git /usr/lib/git-core/git-remote-http | grep -oE '/[^ ]*(ld-linux[^ ]*|lib(c|m|dl|rt|pthread|resolv))\.so[^ ]*' | sort -u); do
                  mkdir -p "$R$(dirname "$(readlink -m "$R$library" | sed "s,^$R,,")")"; cp --dereference "$library" "$R$library"
                done
                """;
            var built = await DeploymentTools.RunAsync("sh", ["-c", $"{gather}\n{Base}", "sh", folder], folder);
            Assert.True(built.ExitCode == 0, built.Output);

            var version = await DeploymentTools.RunAsync("chroot", [$"{folder}/root", "/usr/bin/git", "--version"], folder);
            Assert.StartsWith("git version", version.Output, StringComparison.Ordinal);
            // It comes as far as the network: every library of the helper for https was found.
            var remote = await DeploymentTools.RunAsync("chroot", [$"{folder}/root", "/usr/bin/git", "ls-remote", "https://127.0.0.1:1/x.git"], folder);
            Assert.Contains("Failed to connect", remote.Output, StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string[]> ClosureAsync(string project)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", Path.Combine(SharedFiles.RepositoryRoot, project, $"{project}.csproj"), "-t:GenerateRestoreGraphFile", "-p:RestoreGraphOutputPath=/dev/stdout", "-v:q", "-nologo"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var graph = System.Text.Json.JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]);
        return [.. graph.RootElement.GetProperty("projects").EnumerateObject().Select(p => Path.GetFileNameWithoutExtension(p.Name)).Order(StringComparer.Ordinal)];
    }
}
