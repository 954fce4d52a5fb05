using System.Text.Json.Nodes;
using Sentinel.Deployment.Azure;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

/// <summary>Render, Railway and the Azure Developer CLI.</summary>
public sealed class HostedTargetsTests
{
    private static readonly string Deploy = Path.Combine(SharedFiles.RepositoryRoot, "deploy");

    [Fact]
    public async Task Blueprints_FitRendersSchema() =>
        Assert.Equal("", await DeploymentTools.ValidateAsync("render", [Path.Combine(Deploy, "render", "render.yaml"), Path.Combine(Deploy, "render", "render-free.yaml")]));

    [Fact]
    public async Task AzureFile_FitsItsSchema() => Assert.Equal("", await DeploymentTools.ValidateAsync("azure", [Path.Combine(Deploy, "azure", "azure.yaml")]));

    [Fact]
    public async Task Manifest_FitsAspiresSchema() => Assert.Equal("", await DeploymentTools.ValidateAsync("aspire", [Path.Combine(Deploy, "azure", "aspire-manifest.json")]));

    [Fact]
    public async Task Blueprint_EveryReference_HasATargetOfItsType()
    {
        foreach (var file in new[] { "render/render.yaml", "render/render-free.yaml" })
        {
            var blueprint = ManifestYaml.Read(await AppModel.TextAsync(file)).Single();
            var services = blueprint["services"]!.AsArray().ToDictionary(s => (string)s!["name"]!, s => (string)s!["type"]!);
            var databases = blueprint["databases"]!.AsArray().Select(d => (string)d!["name"]!).ToArray();
            var variables = blueprint["services"]!.AsArray().SelectMany(s => s!["envVars"]?.AsArray() ?? []).ToArray();

            Assert.All(variables.Where(v => v!["fromDatabase"] is not null), v => Assert.Contains((string)v!["fromDatabase"]!["name"]!, databases));
            Assert.All(variables.Where(v => v!["fromService"] is not null), v => Assert.Equal(services[(string)v!["fromService"]!["name"]!], (string)v["fromService"]!["type"]!));
            Assert.Equal(2, variables.Where(v => v!["fromDatabase"] is not null).Concat(variables.Where(v => v!["fromService"] is not null)).Select(v => (string)v!["key"]!).Where(k => k is "DATABASE_URL" or "REDIS_URL").Distinct().Count());
        }
    }

    [Fact]
    public async Task SharedSecret_IsMadeAtOneServiceAndTheOthersReferToIt()
    {
        var blueprint = ManifestYaml.Read(await AppModel.TextAsync("render/render.yaml")).Single();
        var keys = blueprint["services"]!.AsArray().SelectMany(s => s!["envVars"]?.AsArray() ?? []).Where(v => (string?)v!["key"] == "SENTINEL_KEY").ToArray();
        var railway = new List<string>();
        foreach (var service in new[] { "api", "worker", "web" })
            railway.AddRange((await AppModel.TextAsync($"railway/{service}.variables")).Split('\n').Where(line => line.StartsWith("SENTINEL_KEY=", StringComparison.Ordinal)));

        Assert.Equal(3, keys.Length);
        Assert.Single(keys, v => v!["generateValue"] is not null);
        Assert.Equal(2, keys.Count(v => v!["fromService"] is { } from && (string?)from["envVarKey"] == "SENTINEL_KEY" && (string?)from["name"] == "sentinel-api"));
        Assert.Equal(["SENTINEL_KEY=${{api.SENTINEL_KEY}}", "SENTINEL_KEY=${{api.SENTINEL_KEY}}", "SENTINEL_KEY=${{secret(64)}}"], railway.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Blueprint_HasEveryServiceInOneRegion()
    {
        var model = await AppModel.GetAsync();
        var blueprint = ManifestYaml.Read(await AppModel.TextAsync("render/render.yaml")).Single();
        var all = blueprint["services"]!.AsArray().Concat(blueprint["databases"]!.AsArray()).ToArray();

        Assert.Single(all.Select(s => (string)s!["region"]!).Distinct());
        Assert.Equal(
            model.Running.Select(s => $"sentinel-{s.Name}").Concat(model.Stores.Select(s => $"sentinel-{s.Name}")).Order(StringComparer.Ordinal),
            all.Select(s => (string)s!["name"]!).Order(StringComparer.Ordinal));
        Assert.Single(all, s => s!["preDeployCommand"] is not null);
    }

    [Fact]
    public async Task Railway_FilesRefer_ToDockerfilesThatAreThere()
    {
        var files = await AppModel.FilesAsync();
        var configurations = files.Where(f => f.Path.StartsWith("railway/", StringComparison.Ordinal) && f.Path.EndsWith(".json", StringComparison.Ordinal)).ToArray();

        Assert.Equal(4, configurations.Length);
        Assert.All(configurations, f => Assert.Contains(files, d => $"deploy/{d.Path}" == (string)JsonNode.Parse(f.Text)!["build"]!["dockerfilePath"]!));
    }

    [Fact]
    public async Task Manifest_ProjectPaths_AreThereFromItsFolder()
    {
        var resources = JsonNode.Parse(await AppModel.TextAsync("azure/aspire-manifest.json"))!["resources"]!.AsObject();
        var paths = resources.Where(r => (string)r.Value!["type"]! == "project.v0").Select(r => (string)r.Value!["path"]!).ToArray();

        Assert.Equal(5, paths.Length);
        Assert.All(paths, p => Assert.True(File.Exists(Path.Combine(Deploy, "azure", p)), p));
    }

    [Fact]
    public async Task Manifest_Expressions_NameResourcesThatAreThere()
    {
        var text = AzureEmitter.Manifest(await AppModel.GetAsync(), "..");
        var resources = JsonNode.Parse(text)!["resources"]!.AsObject();
        var named = System.Text.RegularExpressions.Regex.Matches(text, @"\{([a-z0-9-]+)\.[a-zA-Z.]+\}").Select(m => m.Groups[1].Value).Distinct().ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, n => Assert.True(resources.ContainsKey(n), n));
    }

    [Fact]
    public async Task PublisherManifest_AsAzdAsksForIt_IsWritten()
    {
        var folder = Directory.CreateTempSubdirectory("sentinel-manifest-").FullName;
        try
        {
            var appHost = Path.Combine(AppContext.BaseDirectory, "Sentinel.AppHost.dll");
            var path = Path.Combine(folder, "nested", "aspire-manifest.json");

            var result = await DeploymentTools.RunAsync("dotnet", [appHost, "--publisher", "manifest", "--output-path", path], folder);

            Assert.True(result.ExitCode == 0, result.Output);
            var resources = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!["resources"]!;
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(path)!, (string)resources["api"]!["path"]!)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task EveryTarget_GivesEveryServiceItsVariables()
    {
        var model = await AppModel.GetAsync();
        var blueprint = ManifestYaml.Read(await AppModel.TextAsync("render/render.yaml")).Single()["services"]!.AsArray();
        var manifest = JsonNode.Parse(await AppModel.TextAsync("azure/aspire-manifest.json"))!["resources"]!;
        foreach (var service in model.Running)
        {
            var wanted = service.Variables.Where(v => v.Value is not SecretValue { Secret: var s } || model.Stores.All(t => t.Password != s)).Select(v => v.Name).ToArray();
            var onRender = blueprint.Single(s => (string)s!["name"]! == $"sentinel-{service.Name}")!["envVars"]!.AsArray().Select(v => (string)v!["key"]!).ToArray();
            var onRailway = await AppModel.TextAsync($"railway/{service.Name}.variables");

            Assert.All(wanted, w => Assert.Contains(w, onRender));
            Assert.All(wanted, w => Assert.Contains(w, onRailway, StringComparison.Ordinal));
            Assert.All(wanted, w => Assert.NotNull(manifest[service.Name]!["env"]![w]));
        }
    }
}
