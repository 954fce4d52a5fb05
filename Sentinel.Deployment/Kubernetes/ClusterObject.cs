using System.Text.Json.Nodes;

namespace Sentinel.Deployment.Kubernetes;

/// <summary>Which part of a kustomization an object belongs to.</summary>
internal enum ClusterPart
{
    /// <summary>Sentinel itself: in every installation.</summary>
    Base,

    /// <summary>PostgreSQL and Redis in the cluster.</summary>
    InClusterStores,

    /// <summary>PostgreSQL and Redis elsewhere.</summary>
    ExternalStores,

    /// <summary>Entrance over TLS.</summary>
    Ingress,

    /// <summary>Workers by the length of the queue.</summary>
    Keda,

    /// <summary>Workers by processor use, where KEDA is not installed.</summary>
    WorkerHpa,

    /// <summary>Secrets from a store outside the cluster.</summary>
    ExternalSecrets,
}

/// <summary>An object of Kubernetes and the file it goes to.</summary>
/// <param name="File">Name without folder and extension.</param>
internal sealed record ClusterObject(ClusterPart Part, string File, JsonObject Manifest)
{
    /// <summary>Kind, as Kubernetes calls it.</summary>
    public string Kind => Manifest["kind"]!.GetValue<string>();
}
