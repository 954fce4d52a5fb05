using Sentinel.Deployment.Manifests;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

public sealed class ComposeTests
{
    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "deploy", "compose");

    [Fact]
    public async Task File_FitsTheSpecification() => Assert.Equal("", await DeploymentTools.ValidateAsync("compose", [Path.Combine(Folder, "docker-compose.yaml")]));

    /// <summary>Debian's docker-compose resolves variables and dependencies; it is too old for three of the keys.</summary>
    [Fact]
    public async Task File_WithoutNewKeys_IsResolvedByDockerCompose()
    {
        var program = "/usr/bin/docker-compose";
        Assert.SkipUnless(File.Exists(program), "docker-compose is not installed");
        var compose = ManifestYaml.Read(await AppModel.TextAsync("compose/docker-compose.yaml")).Single();
        compose.Remove("name");
        compose["version"] = "3.9";
        foreach (var (_, service) in compose["services"]!.AsObject())
        {
            service!.AsObject().Remove("scale");
            service["deploy"]!["resources"]!["limits"]!.AsObject().Remove("pids");
        }
        var folder = Directory.CreateTempSubdirectory("sentinel-compose-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "docker-compose.yaml"), ManifestYaml.Write(null, compose), TestContext.Current.CancellationToken);

            var without = await DeploymentTools.RunAsync(program, ["config", "-q"], folder);
            Assert.Contains("set SENTINEL_VERSION in .env", without.Output, StringComparison.Ordinal);

            await File.WriteAllTextAsync(Path.Combine(folder, ".env"), await AppModel.TextAsync("compose/.env.example"), TestContext.Current.CancellationToken);
            Assert.Equal((0, ""), await DeploymentTools.RunAsync(program, ["config", "-q"], folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task InitSecrets_RunTwice_MakesEachOnceAndKeepsIt()
    {
        var folder = Directory.CreateTempSubdirectory("sentinel-secrets-").FullName;
        try
        {
            var script = Path.Combine(folder, "init-secrets.sh");
            await File.WriteAllTextAsync(script, await AppModel.TextAsync("compose/init-secrets.sh"), TestContext.Current.CancellationToken);

            Assert.Equal(0, (await DeploymentTools.RunAsync("sh", [script], folder)).ExitCode);
            var first = Directory.GetFiles(Path.Combine(folder, "secrets")).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllText);
            Assert.Equal(0, (await DeploymentTools.RunAsync("sh", [script], folder)).ExitCode);

            var model = await AppModel.GetAsync();
            Assert.Equal(model.Secrets.Select(s => s.File).Order(StringComparer.Ordinal), first.Keys.Order(StringComparer.Ordinal));
            Assert.All(model.Secrets, s => Assert.Equal(s.Generated ? 64 : 0, first[s.File].Length));
            Assert.Equal(model.Secrets.Count(s => s.Generated), first.Values.Where(v => v.Length > 0).Distinct().Count());
            Assert.All(first, f => Assert.Equal(f.Value, File.ReadAllText(Path.Combine(folder, "secrets", f.Key))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
