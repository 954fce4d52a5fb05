using System.Text.Json.Nodes;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>Finding one's way in objects of Kubernetes.</summary>
internal static class Pods
{
    private static readonly string[] Controllers = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"];

    public static string Kind(JsonObject root) => root["kind"].Text() ?? "";

    public static string Name(JsonNode? root) => root.At("metadata", "name").Text() ?? "";

    public static IEnumerable<(CheckedFile File, JsonObject Root)> Kinds(CheckedSet set, params string[] kinds) =>
        set.Of(FileKind.Kubernetes).Where(o => kinds.Contains(Kind(o.Root)));

    /// <summary>Specifications of pods, with what makes them.</summary>
    public static IEnumerable<(CheckedFile File, JsonNode Pod, JsonObject Owner)> Of(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Kubernetes))
        {
            var pod = Kind(root) switch
            {
                "Pod" => root["spec"],
                "CronJob" => root.At("spec", "jobTemplate", "spec", "template", "spec"),
                var kind when Controllers.Contains(kind) => root.At("spec", "template", "spec"),
                _ => null,
            };
            if (pod is not null) yield return (file, pod, root);
        }
    }

    /// <summary>Those that keep running.</summary>
    public static IEnumerable<(CheckedFile File, JsonNode Pod, JsonObject Owner)> Running(CheckedSet set) => Of(set).Where(p => Kind(p.Owner) is not ("Job" or "CronJob"));

    /// <summary>Containers and those that run before them.</summary>
    public static IEnumerable<JsonNode> Containers(JsonNode pod) => pod.At("initContainers").Each().Concat(pod.At("containers").Each());

    /// <summary>Labels of the pods of a controller.</summary>
    public static JsonObject? Labels(JsonObject owner) => (Kind(owner) == "Pod" ? owner.At("metadata", "labels") : owner.At("spec", "template", "metadata", "labels")) as JsonObject;

    /// <summary>Whether a selector of either form finds pods with these labels.</summary>
    public static bool Selects(JsonNode? selector, JsonObject? labels)
    {
        var expressions = selector.At("matchExpressions").Each().ToArray();
        var pairs = selector is JsonObject map && (map.ContainsKey("matchLabels") || expressions.Length > 0) ? selector.At("matchLabels") : selector;
        return pairs.Members().All(p => labels?[p.Key].Text() == p.Value.Text())
            && expressions.All(e => e.At("operator").Text() switch
            {
                "In" => e.At("values").Contains(labels?[e.At("key").Text() ?? ""].Text() ?? "\0"),
                "NotIn" => !e.At("values").Contains(labels?[e.At("key").Text() ?? ""].Text() ?? "\0"),
                "Exists" => labels?.ContainsKey(e.At("key").Text() ?? "") == true,
                "DoesNotExist" => labels?.ContainsKey(e.At("key").Text() ?? "") != true,
                _ => false,
            });
    }

    /// <summary>A breach at an object, with its kind and name in front.</summary>
    public static Breach At(CheckedFile file, JsonObject owner, JsonNode? node, string message) => Breach.At(file, node ?? owner, $"{Kind(owner)} {Name(owner)}: {message}");
}
