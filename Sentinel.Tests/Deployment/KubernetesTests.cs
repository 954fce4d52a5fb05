using System.Text.Json.Nodes;
using k8s;
using Sentinel.Deployment.Manifests;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

public sealed class KubernetesTests
{
    private static readonly string Deploy = Path.Combine(SharedFiles.RepositoryRoot, "deploy");
    private static readonly string Chart = Path.Combine(Deploy, "helm", "sentinel");

    [Theory]
    [InlineData("dev")]
    [InlineData("production")]
    [InlineData("production-without-keda")]
    public async Task Overlay_EveryObject_FitsItsSchema(string overlay)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, await KustomizeAsync(overlay), TestContext.Current.CancellationToken);

            Assert.Equal("", await DeploymentTools.ValidateAsync("kubernetes", [file]));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Chart_WithDefaults_EqualsTheProductionOverlay()
    {
        var chart = Objects(await DeploymentTools.HelmAsync("template", "sentinel", Chart));
        var overlay = Objects(await KustomizeAsync("production"));

        Assert.Equal(overlay.Keys.Order(), chart.Keys.Order());
        Assert.All(overlay, o => Assert.True(JsonNode.DeepEquals(o.Value, chart[o.Key]), $"{o.Key}\n{o.Value}\n{chart[o.Key]}"));
    }

    [Fact]
    public async Task Chart_WithStoresInTheCluster_EqualsTheDevelopmentOverlay()
    {
        var chart = Objects(await DeploymentTools.HelmAsync("template", "sentinel", Chart, "--set", "stores.inCluster=true,worker.scaling=cpu,ingress.enabled=false,secrets.external=false"));
        var overlay = Objects(await KustomizeAsync("dev"));

        Assert.Equal(overlay.Keys.Order(), chart.Keys.Order());
        Assert.All(overlay, o => Assert.True(JsonNode.DeepEquals(o.Value, chart[o.Key]), $"{o.Key}\n{o.Value}\n{chart[o.Key]}"));
    }

    [Fact]
    public async Task Chart_Lint_FindsNothing() => Assert.Contains("0 chart(s) failed", await DeploymentTools.HelmAsync("lint", "--strict", Chart), StringComparison.Ordinal);

    [Theory]
    [InlineData("worker.scaling=nomad")]
    [InlineData("api.replicas.minimum=none")]
    [InlineData("ingress.hots=sentinel.example.com")]
    [InlineData("ingress.host=a\" injected: true")]
    public async Task Chart_WrongValue_IsRefused(string value)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => DeploymentTools.HelmAsync("template", "sentinel", Chart, "--set", value));

        Assert.Contains("values don't meet the specifications", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Unknown members and wrong types are refused by the client's own types.</summary>
    [Fact]
    public async Task Files_DeserialiseStrictly()
    {
        foreach (var file in (await AppModel.FilesAsync()).Where(f => f.Path.StartsWith("kubernetes/", StringComparison.Ordinal) && !f.Path.EndsWith("kustomization.yaml", StringComparison.Ordinal)))
        {
            var known = ManifestYaml.Read(file.Text).Where(d => !d["apiVersion"]!.GetValue<string>().Split('/')[0].Contains("keda.sh", StringComparison.Ordinal) && d["kind"]!.GetValue<string>() != "ExternalSecret").ToArray();
            if (known.Length > 0) Assert.Equal(known.Length, KubernetesYaml.LoadAllFromString(ManifestYaml.Write(null, known), strict: true).Count);
        }
    }

    [Fact]
    public async Task Files_MisspeltMember_IsRefused()
    {
        var text = (await AppModel.TextAsync("kubernetes/base/api.yaml")).Replace("livenessProbe", "livenesProbe", StringComparison.Ordinal);

        Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(text, strict: true));
    }

    private static Task<string> KustomizeAsync(string overlay) => DeploymentTools.KubectlAsync("kustomize", Path.Combine(Deploy, "kubernetes", "overlays", overlay));

    private static Dictionary<string, JsonObject> Objects(string text) =>
        ManifestYaml.Read(text).ToDictionary(o => $"{o["apiVersion"]} {o["kind"]}/{o["metadata"]!["name"]}");
}
