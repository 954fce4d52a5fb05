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
