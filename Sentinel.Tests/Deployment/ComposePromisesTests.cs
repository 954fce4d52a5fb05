using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;

namespace Sentinel.Tests.Deployment;

/// <summary>What the compose file and the images promise, on this machine's kernel.</summary>
public sealed class ComposePromisesTests
{
    [Fact]
    public async Task Services_UnprivilegedOnAReadOnlyRoot_BecomeHealthyAndStopWithinTheirGrace()
    {
        await using var host = await ContainerHost.StartAsync();
        var model = await AppModel.GetAsync();

        foreach (var service in model.Running) await host.UpAsync(service.Name);

        foreach (var service in model.Running)
        {
            Assert.Equal(0, await host.HealthAsync(service.Name));
            // It can write to its memory and its volume alone.
            var seen = await host.ShellAsync(service.Name, "id -u; for d in / /app /cache /etc /run /run/secrets /tmp /usr /var; do (: > $d/x) 2>/dev/null && echo $d; done");
            Assert.Equal(service.Tools.Contains("git") ? ["1654", "/cache", "/tmp"] : ["1654", "/tmp"], seen.Split('\n'));
        }
        foreach (var service in model.Running.Reverse())
        {
            var container = await host.UpAsync(service.Name);
            var stopping = TimeProvider.System.GetTimestamp();
            Assert.True(await container.StopAsync() == 0, container.Output);
            Assert.True(TimeProvider.System.GetElapsedTime(stopping) < TimeSpan.FromSeconds(service.GraceSeconds), service.Name);
        }
    }

    /// <summary>Render and Railway hand out URIs with the password in them, other platforms keys and values.</summary>
    [Fact]
    public async Task Stores_InEveryForm_AreReached()
    {
        await using var host = await ContainerHost.StartAsync();
        await host.UpAsync("migrations");
        var (postgres, redis) = (await host.SecretAsync("postgres_password"), await host.SecretAsync("redis_password"));
        (string Database, string Redis)[] forms =
        [
            ($"postgres://sentinel:{postgres}@postgres:5432/sentineldb", $"redis://:{redis}@redis:6379"),
            ($"postgresql://sentinel:{postgres}@postgres/sentineldb?sslmode=disable", $"redis://default:{redis}@redis:6379/0"),
            ($"Host=postgres;Port=5432;Username=sentinel;Password={postgres};Database=sentineldb", $"redis:6379,password={redis}"),
        ];
        foreach (var (form, index) in forms.Select((f, i) => (f, i)))
        {
            var service = host.Copy("api");
            service["environment"]!["DATABASE_URL"] = form.Database;
            service["environment"]!["REDIS_URL"] = form.Redis;
            foreach (var file in new[] { "DATABASE_PASSWORD_FILE", "REDIS_PASSWORD_FILE" }) service["environment"]!.AsObject().Remove(file);
            service["healthcheck"]!["test"] = Ready(3001);
            host.Add($"api-{index}", service);

            var container = await host.UpAsync($"api-{index}");

            Assert.Equal(0, await container.StopAsync());
            Assert.DoesNotContain(postgres, container.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(redis, container.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AllInOneImage_StoresGiven_ServesTheDashboardAndTheApiOnOnePort()
    {
        await using var host = await ContainerHost.StartAsync();
        await host.UpAsync("postgres");
        await host.UpAsync("redis");
        var blueprint = ManifestYaml.Read(await AppModel.TextAsync("render/render-free.yaml")).Single()["services"]!.AsArray().Single(s => (string)s!["type"]! == "web")!;
        var environment = new JsonObject
        {
            ["DATABASE_URL"] = $"postgres://sentinel:{await host.SecretAsync("postgres_password")}@postgres:5432/sentineldb",
            ["REDIS_URL"] = $"redis://:{await host.SecretAsync("redis_password")}@redis:6379",
        };
        foreach (var variable in blueprint["envVars"]!.AsArray())
        {
            if (variable!["value"] is { } value) environment[(string)variable["key"]!] = (string)value!;
            else if (variable["generateValue"] is not null) environment[(string)variable["key"]!] = new string('s', 44);
        }
        host.Add("all", new JsonObject
        {
            ["build"] = new JsonObject { ["dockerfile"] = "deploy/docker/all-in-one.Dockerfile" },
            ["user"] = "1654",
            ["environment"] = environment,
            ["tmpfs"] = new JsonArray("/tmp:size=256m,mode=1777"),
            ["read_only"] = true,
            ["healthcheck"] = new JsonObject { ["test"] = Ready(8080) },
        });

        var container = await host.UpAsync("all");
        // What the supervisor starts again under load is asked again.
        var answers = "";
        for (var attempt = 0; attempt < 20 && answers.Trim() != "200 200 401 401"; attempt++)
        {
            if (attempt > 0) await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
            answers = await host.ShellAsync("all", "for p in /ready /sign-in /api/v1/overview /webhooks/github; do curl -s -o /dev/null -w '%{http_code} ' http://127.0.0.1:8080$p; done");
        }

        // The API itself refuses a caller without a session.
        Assert.True(answers.Trim() == "200 200 401 401", $"{answers}\n{container.Output}");
        Assert.True(await container.StopAsync() == 0, container.Output);
    }

    private static JsonArray Ready(int port) => ["CMD-SHELL", $"curl -fsS -o /dev/null http://127.0.0.1:{port}/ready"];
}
