using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Kubernetes;

/// <summary>The same objects as a Helm chart: with its defaults it gives what the overlay <c>production</c> gives.</summary>
internal static class HelmEmitter
{
    private const string Folder = "helm/sentinel";

    // Kept as it is, so that a value's own characters are read in a diff.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        var defaults = KubernetesEmitter.Defaults(model);
        yield return new GeneratedFile($"{Folder}/Chart.yaml", ManifestYaml.Write(GeneratedFile.Notice, new JsonObject
        {
            ["apiVersion"] = "v2",
            ["name"] = model.Name,
            ["description"] = "Finds leaked secrets, dangerous workflows and misconfigured images in every push and pull request.",
            ["type"] = "application",
            ["version"] = model.Version,
            ["appVersion"] = model.Version,
            ["kubeVersion"] = ">=1.30.0-0",
        }));
        yield return new GeneratedFile($"{Folder}/values.yaml", ManifestYaml.Write(GeneratedFile.Notice, defaults));
        yield return new GeneratedFile($"{Folder}/values.schema.json", Schema(defaults).ToJsonString(Indented) + "\n");
        yield return new GeneratedFile($"{Folder}/.helmignore", ".generated\n");
        yield return new GeneratedFile($"{Folder}/templates/NOTES.txt", Notes);
        var objects = KubernetesEmitter.Objects(model, new ClusterValues(defaults, marks: true));
        foreach (var file in objects.GroupBy(o => (o.Part, o.File)).OrderBy(g => g.Key.Part).ThenBy(g => g.Key.File, StringComparer.Ordinal))
        {
            var documents = file.Select(o => ClusterValues.Template(ManifestYaml.Write(null, o.Manifest), Condition(o)));
            yield return new GeneratedFile($"{Folder}/templates/{Name(file.Key.Part, file.Key.File)}.yaml", $"# {GeneratedFile.Notice}\n" + string.Concat(documents.Select(d => "---\n" + d)));
        }
    }

    private static string Name(ClusterPart part, string file) => part switch
    {
        ClusterPart.Base => file,
        ClusterPart.InClusterStores => $"in-cluster-{file}",
        ClusterPart.ExternalStores => $"external-{file}",
        ClusterPart.Ingress => file == "ingress" ? file : $"ingress-{file}",
        ClusterPart.Keda => $"{file}-keda",
        ClusterPart.WorkerHpa => $"{file}-hpa",
        _ => file,
    };

    private static string? Condition(ClusterObject part) => part.Part switch
    {
        ClusterPart.Base => part.Kind == "Namespace" ? ".Values.namespace.create" : null,
        ClusterPart.InClusterStores => ".Values.stores.inCluster",
        ClusterPart.ExternalStores => "not .Values.stores.inCluster",
        ClusterPart.Ingress => ".Values.ingress.enabled",
        ClusterPart.Keda => "eq .Values.worker.scaling \"keda\"",
        ClusterPart.WorkerHpa => "eq .Values.worker.scaling \"cpu\"",
        _ => ".Values.secrets.external",
    };

    private static JsonObject Schema(JsonObject defaults)
    {
        var schema = Typed(defaults);
        schema["$schema"] = "http://json-schema.org/draft-07/schema#";
        // Helm adds what subcharts share.
        schema["properties"]!["global"] = new JsonObject { ["type"] = "object" };
        schema["properties"]!["worker"]!["properties"]!["scaling"] = new JsonObject { ["enum"] = List("keda", "cpu") };
        schema["properties"]!["secrets"]!["properties"]!["store"]!["properties"]!["kind"] = new JsonObject { ["enum"] = List("ClusterSecretStore", "SecretStore") };
        schema["properties"]!["postgres"]!["properties"]!["sslMode"] = new JsonObject { ["enum"] = List("disable", "prefer", "require", "verify-ca", "verify-full") };
        return schema;
    }

    // A value has the type of its default. A text cannot end the quotes it is put into.
    private static JsonObject Typed(JsonNode node) => node switch
    {
        JsonObject map => new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = List(map.Select(p => p.Key)),
            ["properties"] = new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Typed(p.Value!)))),
        },
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => new JsonObject { ["type"] = "boolean" },
            JsonValueKind.Number => new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
            _ => new JsonObject { ["type"] = "string", ["pattern"] = "^[^\"\\\\\\s]*$" },
        },
    };

    private const string Notes = """
        Sentinel {{ .Chart.AppVersion }} is being rolled out to the namespace {{ .Values.namespace.name }}.

          kubectl --namespace {{ .Values.namespace.name }} get pods
        {{ if .Values.ingress.enabled }}
        Dashboard  https://{{ .Values.ingress.host }}
        Webhooks   https://{{ .Values.ingress.host }}/webhooks/github
        {{ end }}
        {{- if not .Values.secrets.external }}
        The secret {{ .Values.secrets.name }} must be there before the pods can start: docs/deploy/kubernetes.md says which keys it has.
        {{ end }}
        """ + "\n";
}
