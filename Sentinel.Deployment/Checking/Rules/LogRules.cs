using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using YamlDotNet.Core;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>L: shipping of logs.</summary>
internal static class LogRules
{
    private const string FluentBit = "https://docs.fluentbit.io/manual/";

    public static IEnumerable<CheckRule> All =>
    [
        Error("L1", "Logs are sent over TLS that is checked, and wait on disk when the store is away.", "They are read on the way, or lost.", $"{FluentBit}administration/buffering-and-storage", s => Pipelines(s).SelectMany(p => p.Root.At("pipeline", "outputs").Each().Where(o => o.At("name").Text() is "es" or "opensearch" or "datadog" or "http" && (!IsOn(o.At("tls")) || (o.At("tls.verify") is { } verify && !IsOn(verify)))).Select(o => Breach.At(p.File, o, $"the output {o.At("name").Text()} sends without TLS that is checked")).Concat(p.Root.At("pipeline", "inputs").Each().Where(i => i.At("name").Text() is "tail" or "forward" && i.At("storage.type").Text() != "filesystem").Select(i => Breach.At(p.File, i, $"the input {i.At("name").Text()} keeps what it reads in memory alone"))))),
        Error("L2", "A log router on ECS adds whose line it is, and its keys come as secrets.", "Lines of all tasks are one heap.", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html", s => s.Of(FileKind.CloudFormation).SelectMany(f => AwsRules.ContainersOf(f.Root).Where(c => c.Container.At("FirelensConfiguration") is not null && (!c.Container.At("FirelensConfiguration", "Options", "enable-ecs-log-metadata").IsTrue() || !c.Container.At("Essential").IsTrue())).Select(c => Breach.At(f.File, c.Container.At("FirelensConfiguration"), $"{c.Id}: the log router is not essential, or does not add whose line it is")))),
        Error("L4", "Tokens are taken out before anything is sent.", "Whoever may read the logs may sign in.", $"{FluentBit}pipeline/filters/lua", s => Pipelines(s).Where(p => p.Root.At("pipeline", "filters").Each().All(f => f.At("name").Text() is not ("lua" or "modify" or "record_modifier" or "wasm"))).Select(p => Breach.At(p.File, p.Root["pipeline"], "no filter takes tokens out"))),
        Error("L5", "Retrying ends, and what waits is bounded.", "A log store that is away fills the disk.", $"{FluentBit}administration/scheduling-and-retries", s => Pipelines(s).SelectMany(p => p.Root.At("pipeline", "outputs").Each().Where(o => o.At("retry_limit").Text() is null or "false" or "no_limits").Select(o => Breach.At(p.File, o, $"the output {o.At("name").Text()} has no retry_limit")))),
    ];

    private static IEnumerable<(CheckedFile File, JsonObject Root)> Pipelines(CheckedSet set)
    {
        foreach (var pipeline in set.Of(FileKind.FluentBit)) yield return pipeline;
        foreach (var (file, map) in Pods.Kinds(set, "ConfigMap"))
            foreach (var (_, text) in map["data"].Members().Where(d => d.Key.EndsWith(".yaml", StringComparison.Ordinal) && d.Value.Text()?.Contains("pipeline:", StringComparison.Ordinal) == true))
                foreach (var root in Read(text.Text()!)) yield return (file, root);
    }

    private static IReadOnlyList<JsonObject> Read(string text)
    {
        try
        {
            return ManifestYaml.Read(text);
        }
        catch (YamlException)
        {
            return [];
        }
    }

    private static bool IsOn(JsonNode? node) => node.Text() is "on" or "On" or "true" or "yes";
}
