using System.Text.Json.Nodes;
using Sentinel.Deployment.LogShipping;
using Sentinel.Deployment.Manifests;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Compose;

/// <summary>The profile <c>observability</c>: .NET Aspire's dashboard for traces, metrics and logs, and Fluent Bit for a log store.</summary>
internal static class ComposeObservability
{
    // What the log shipper reads of the operator's environment.
    private static readonly string[] ShipperVariables = ["DATADOG_API_KEY", "DATADOG_SITE", "ELASTICSEARCH_HOST", "ELASTICSEARCH_PASSWORD", "ELASTICSEARCH_USER"];

    private const string Dashboard = "mcr.microsoft.com/dotnet/aspire-dashboard:9.5.2";

    public static IReadOnlyList<string> Volumes => ["log-buffers"];

    public static IEnumerable<(string Name, JsonNode? Service)> Services()
    {
        yield return ("telemetry", ComposeEmitter.Hardened(
            new JsonObject
            {
                ["image"] = Dashboard,
                ["profiles"] = List("observability"),
                ["environment"] = Texts([
                    ("ASPNETCORE_URLS", "http://0.0.0.0:18888"), ("DASHBOARD__FRONTEND__AUTHMODE", "BrowserToken"), ("DASHBOARD__OTLP__AUTHMODE", "Unsecured"),
                    ("DOTNET_DASHBOARD_OTLP_ENDPOINT_URL", "http://0.0.0.0:18889"), ("DOTNET_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", "http://0.0.0.0:18890"), ("DOTNET_EnableDiagnostics", "0")]),
                ["ports"] = List("127.0.0.1:${TELEMETRY_PORT:-18888}:18888"),
                ["networks"] = List("data", "edge"),
                ["tmpfs"] = List("/tmp:size=64m,mode=1777", "/home/app:size=16m,mode=1777"),
                ["stop_grace_period"] = "10s",
                // Its image has neither a shell nor a program to ask it with: https://github.com/dotnet/aspire/issues/3407.
                ["healthcheck"] = new JsonObject { ["disable"] = true },
            },
            1, 512, 256, "unless-stopped"));
        yield return ("log-shipper", ComposeEmitter.Hardened(
            new JsonObject
            {
                ["image"] = FluentBit.Image,
                ["profiles"] = List("observability"),
                ["command"] = List("--config=/fluent-bit/etc/${LOG_OUTPUT:-elasticsearch}.yaml"),
                ["environment"] = Texts(ShipperVariables.Select(n => (n, $"${{{n}:-}}"))),
                ["ports"] = List("127.0.0.1:24224:24224"),
                ["networks"] = List("edge"),
                ["volumes"] = List("./fluent-bit:/fluent-bit/etc:ro", "log-buffers:/buffers"),
                ["tmpfs"] = List("/tmp:size=16m,mode=1777"),
                ["stop_grace_period"] = "15s",
                ["healthcheck"] = new JsonObject { ["disable"] = true },
            },
            0.5, 128, 64, "unless-stopped"));
    }

    public static IEnumerable<GeneratedFile> Files()
    {
        var input = () => new JsonObject { ["name"] = "forward", ["listen"] = "0.0.0.0", ["port"] = 24224, ["storage.type"] = "filesystem" };
        JsonObject[] filters() => [new() { ["name"] = "parser", ["match"] = "*", ["key_name"] = "log", ["parser"] = "json", ["reserve_data"] = "on" }];
        yield return FluentBit.Configuration("compose/fluent-bit/elasticsearch.yaml", input(), filters(), FluentBit.Elasticsearch());
        yield return FluentBit.Configuration("compose/fluent-bit/datadog.yaml", input(), filters(), FluentBit.Datadog());
    }

    /// <summary>An overlay that sends the services' logs to Fluent Bit instead of files.</summary>
    public static GeneratedFile LoggingOverlay(IEnumerable<string> services) =>
        new("compose/docker-compose.logging.yaml", ManifestYaml.Write(
            GeneratedFile.Notice + "\ndocker compose -f docker-compose.yaml -f docker-compose.logging.yaml --profile observability up -d",
            new JsonObject
            {
                ["services"] = Map(services.Select(s => (s, (JsonNode?)new JsonObject
                {
                    ["logging"] = new JsonObject
                    {
                        ["driver"] = "fluentd",
                        ["options"] = new JsonObject { ["fluentd-address"] = "127.0.0.1:24224", ["fluentd-async"] = "true", ["tag"] = $"sentinel.{s}" },
                    },
                    ["environment"] = new JsonObject { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://telemetry:18889" },
                }))),
            }));
}
