using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;

namespace Sentinel.Deployment.LogShipping;

/// <summary>
/// The log router beside each task on ECS: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html. What it sends
/// to the log store it also sends to CloudWatch, where the queue's length is read.
/// </summary>
internal static class FireLens
{
    /// <summary>Last part of its image's name.</summary>
    public const string Image = "log-router";

    /// <summary>Its settings, by the member of the secret that has them.</summary>
    public static readonly string[] Settings = ["datadog_api_key", "datadog_site", "elasticsearch_host", "elasticsearch_password", "elasticsearch_user"];

    /// <summary>Log stores by the name an operator gives them.</summary>
    public static readonly string[] Outputs = ["datadog", "elasticsearch"];

    private const string Base = "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.34.0";

    public static IEnumerable<GeneratedFile> Emit()
    {
        yield return new GeneratedFile($"docker/{Image}.Dockerfile", $$"""
            # syntax=docker/dockerfile:1
            # {{GeneratedFile.Notice}}
            # docker build --file deploy/docker/{{Image}}.Dockerfile --tag sentinel-{{Image}} .
            ARG ROUTER_IMAGE={{Base}}
            FROM ${ROUTER_IMAGE}
            LABEL org.opencontainers.image.title="sentinel-{{Image}}" \
                  org.opencontainers.image.licenses="MIT"
            COPY deploy/ecs/fluent-bit/ /sentinel/

            """);
        yield return new GeneratedFile($"docker/{Image}.Dockerfile.dockerignore", $"""
            # {GeneratedFile.Notice}
            *
            !deploy/ecs/fluent-bit

            """);
        yield return new GeneratedFile("ecs/fluent-bit/redact.lua", $"-- {GeneratedFile.Notice}\n{FluentBit.RedactionScript}");
        yield return Configuration("elasticsearch", FluentBit.Elasticsearch());
        yield return Configuration("datadog", FluentBit.Datadog());
    }

    private static GeneratedFile Configuration(string name, JsonObject output) => new($"ecs/fluent-bit/{name}.conf", $"# {GeneratedFile.Notice}\n" + FluentBit.Classic(
        ("SERVICE", new JsonObject { ["parsers_file"] = "/fluent-bit/parsers/parsers.conf" }),
        ("FILTER", new JsonObject { ["name"] = "lua", ["match"] = "*", ["script"] = "/sentinel/redact.lua", ["call"] = "redact" }),
        ("OUTPUT", new JsonObject
        {
            ["name"] = "cloudwatch_logs",
            ["match"] = "*",
            ["region"] = "${AWS_REGION}",
            ["log_group_name"] = "${LOG_GROUP}",
            ["log_stream_prefix"] = "${SERVICE}-",
            ["log_key"] = "log",
            ["auto_create_group"] = "off",
            ["retry_limit"] = 10,
        }),
        // The line is JSON already: its members are the record's.
        ("FILTER", new JsonObject { ["name"] = "parser", ["match"] = "*", ["key_name"] = "log", ["parser"] = "json", ["reserve_data"] = "on", ["preserve_key"] = "on" }),
        ("OUTPUT", output)));
}
