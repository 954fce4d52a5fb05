using System.Globalization;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Kubernetes;

/// <summary>A kustomization: a base, components for what installations differ in, and an overlay for each kind of installation.</summary>
internal static class KubernetesEmitter
{
    private static readonly (ClusterPart Part, string Folder)[] Components =
    [
        (ClusterPart.InClusterStores, "in-cluster-stores"),
        (ClusterPart.ExternalStores, "external-stores"),
        (ClusterPart.Ingress, "ingress"),
        (ClusterPart.Keda, "keda"),
        (ClusterPart.WorkerHpa, "worker-hpa"),
        (ClusterPart.ExternalSecrets, "external-secrets"),
    ];

    /// <summary>What each overlay is made of; the chart with its defaults is the second.</summary>
    private static readonly (string Name, string Purpose, ClusterPart[] Parts)[] Overlays =
    [
        ("dev", "PostgreSQL and Redis in the cluster; secrets by hand.", [ClusterPart.InClusterStores, ClusterPart.WorkerHpa]),
        ("production", "External stores and secrets, TLS at the entrance, workers by the length of the queue.", ProductionParts),
        ("production-without-keda", "As production, with workers by processor use.", [ClusterPart.ExternalStores, ClusterPart.Ingress, ClusterPart.WorkerHpa, ClusterPart.ExternalSecrets]),
    ];

    private static ClusterPart[] ProductionParts => [ClusterPart.ExternalStores, ClusterPart.Ingress, ClusterPart.Keda, ClusterPart.ExternalSecrets];

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        var objects = Objects(model, new ClusterValues(Defaults(model), marks: false));
        foreach (var file in Folder("kubernetes/base", ClusterPart.Base, objects, component: false)) yield return file;
        foreach (var (part, folder) in Components)
        {
            foreach (var file in Folder($"kubernetes/components/{folder}", part, objects, component: true)) yield return file;
        }
        foreach (var (name, purpose, parts) in Overlays)
        {
            yield return new GeneratedFile($"kubernetes/overlays/{name}/kustomization.yaml", ManifestYaml.Write($"{GeneratedFile.Notice}\n{purpose}", new JsonObject
            {
                ["apiVersion"] = "kustomize.config.k8s.io/v1beta1",
                ["kind"] = "Kustomization",
                ["resources"] = List("../../base"),
                ["components"] = List(parts.Select(p => $"../../components/{Components.Single(c => c.Part == p).Folder}")),
            }));
        }
    }

    /// <summary>Every object of every part.</summary>
    public static IReadOnlyList<ClusterObject> Objects(DeploymentModel model, ClusterValues values) =>
        [.. new Surroundings(model, values).Objects(), .. new Stores(model, values).Objects(), .. new Workloads(model, values).Objects()];

    /// <summary>What an installation may set.</summary>
    public static JsonObject Defaults(DeploymentModel model)
    {
        var (postgres, redis) = (model.Store(StoreKind.Postgres), model.Store(StoreKind.Redis));
        var defaults = new JsonObject
        {
            ["namespace"] = new JsonObject { ["create"] = true, ["name"] = model.Name },
            ["image"] = new JsonObject { ["registry"] = ContainerImages.Registry, ["tag"] = model.Version },
            ["stores"] = new JsonObject { ["inCluster"] = false },
            ["postgres"] = new JsonObject
            {
                ["host"] = "postgres.example.internal",
                ["port"] = Number(postgres.Port),
                ["networkPort"] = postgres.Port,
                ["database"] = postgres.Database,
                ["user"] = postgres.User,
                ["sslMode"] = "verify-full",
                ["cidr"] = "10.0.0.0/8",
            },
            ["redis"] = new JsonObject { ["host"] = "redis.example.internal", ["port"] = Number(redis.Port), ["networkPort"] = redis.Port, ["tls"] = true, ["cidr"] = "10.0.0.0/8" },
            ["secrets"] = new JsonObject
            {
                ["external"] = true,
                ["name"] = model.Name,
                ["store"] = new JsonObject { ["kind"] = "ClusterSecretStore", ["name"] = "cluster-secrets", ["key"] = model.Name },
            },
            ["ingress"] = new JsonObject { ["enabled"] = true, ["className"] = "nginx", ["controllerNamespace"] = "ingress-nginx", ["host"] = "sentinel.example.com", ["tlsSecret"] = "sentinel-tls" },
            ["telemetry"] = new JsonObject { ["otlpEndpoint"] = "" },
        };
        foreach (var service in model.Services.OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            var values = new JsonObject
            {
                ["resources"] = new JsonObject { ["cpu"] = $"{service.Resources.CpuRequest}m", ["memory"] = $"{service.Resources.MemoryMiB}Mi" },
            };
            if (service.Kind != ServiceKind.Job) values["replicas"] = new JsonObject { ["minimum"] = service.Scale.Minimum, ["maximum"] = service.Scale.Maximum };
            if (service.Kind == ServiceKind.Worker) values["scaling"] = "keda";
            defaults[Workloads.Key(service.Name)] = values;
        }
        return defaults;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<GeneratedFile> Folder(string folder, ClusterPart part, IEnumerable<ClusterObject> objects, bool component)
    {
        var files = objects.Where(o => o.Part == part).GroupBy(o => o.File).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        foreach (var file in files) yield return new GeneratedFile($"{folder}/{file.Key}.yaml", ManifestYaml.Write(GeneratedFile.Notice, file.Select(o => o.Manifest)));
        yield return new GeneratedFile($"{folder}/kustomization.yaml", ManifestYaml.Write(GeneratedFile.Notice, new JsonObject
        {
            ["apiVersion"] = component ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1",
            ["kind"] = component ? "Component" : "Kustomization",
            ["resources"] = List(files.Select(f => $"{f.Key}.yaml")),
        }));
    }
}
