using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

public sealed class LogShippingTests
{
    private static readonly string Deploy = Path.Combine(SharedFiles.RepositoryRoot, "deploy");

    [Theory]
    [InlineData("elasticsearch")]
    [InlineData("datadog")]
    public async Task ClusterShipper_FitsItsSchema(string target)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, await DeploymentTools.KubectlAsync("kustomize", Path.Combine(Deploy, "kubernetes", "logging", target)), TestContext.Current.CancellationToken);

            Assert.Equal("", await DeploymentTools.ValidateAsync("kubernetes", [file]));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task ComposeOverlay_FitsTheSpecification() =>
        Assert.Equal("", await DeploymentTools.ValidateAsync("compose", [Path.Combine(Deploy, "compose", "docker-compose.logging.yaml")]));

    /// <summary>Every pipeline redacts before anything leaves, over TLS that is checked, with an end to retrying.</summary>
    [Fact]
    public async Task Pipelines_Redact_BeforeTheySend()
    {
        var compose = new[] { "compose/fluent-bit/elasticsearch.yaml", "compose/fluent-bit/datadog.yaml" };
        var pipelines = new List<JsonObject>();
        foreach (var path in compose) pipelines.Add(ManifestYaml.Read(await AppModel.TextAsync(path)).Single());
        foreach (var target in new[] { "elasticsearch", "datadog" })
            pipelines.Add(ManifestYaml.Read((string)ManifestYaml.Read(await AppModel.TextAsync($"kubernetes/logging/{target}/configuration.yaml")).Single()["data"]!["fluent-bit.yaml"]!).Single());

        Assert.All(pipelines, p =>
        {
            Assert.Equal("lua", (string)p["pipeline"]!["filters"]!.AsArray()[^1]!["name"]!);
            // Every parser that is named is there.
            Assert.All(p["pipeline"]!["filters"]!.AsArray().Select(f => (string?)f!["parser"]).OfType<string>(), n => Assert.Contains(p["parsers"]!.AsArray(), x => (string)x!["name"]! == n));
            var output = p["pipeline"]!["outputs"]!.AsArray().Single()!;
            Assert.Equal("on", (string)output["tls"]!);
            Assert.NotNull(output["retry_limit"]);
            Assert.Equal("filesystem", (string)p["pipeline"]!["inputs"]!.AsArray().Single()!["storage.type"]!);
        });
        foreach (var path in new[] { "ecs/fluent-bit/elasticsearch.conf", "ecs/fluent-bit/datadog.conf" })
        {
            var text = await AppModel.TextAsync(path);
            Assert.True(text.IndexOf("call redact", StringComparison.Ordinal) is > 0 and var redact && redact < text.IndexOf("[OUTPUT]", StringComparison.Ordinal), path);
        }
    }

    [Fact]
    public async Task Redaction_TakesTokensOutOfEveryDepth_AndLeavesTheRest()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/lua5.1"), "lua5.1 is not installed");
        var folder = Directory.CreateTempSubdirectory("sentinel-lua-").FullName;
        try
        {
            // Built here, so that no token stands in a file.
            var token = "ghp" + "_" + new string('a', 36);
            await File.WriteAllTextAsync(Path.Combine(folder, "test.lua"), $$"""
                dofile("{{Path.Combine(Deploy, "ecs", "fluent-bit", "redact.lua")}}")
                local code, _, record = redact("t", 1, { message = "clone https://user:pass@git.example/x with {{token}} now", inner = { header = "Authorization: Bearer abc.def-ghi" }, count = 3 })
                print(code, record.message, record.inner.header, record.count)
                local clean = redact("t", 1, { message = "a scan of 12 files ended", path = "src/password.cs" })
                print(clean)
                """, TestContext.Current.CancellationToken);

            var (exitCode, output) = await DeploymentTools.RunAsync("lua5.1", [Path.Combine(folder, "test.lua")], folder);

            Assert.Equal((0, "2\tclone https[redacted]git.example/x with [redacted] now\tAuthorization: [redacted]\t3\n0\n"), (exitCode, output));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
