using System.Text.Json.Nodes;
using Sentinel.Deployment.Model;

namespace Sentinel.Deployment.Kubernetes;

/// <summary>What all objects have: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.</summary>
internal static class ClusterShapes
{
    public static JsonObject Object(DeploymentModel model, ClusterValues values, string apiVersion, string kind, string name, string component, JsonObject? spec)
    {
        var manifest = new JsonObject
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = values.Text("namespace.name"), ["labels"] = Labels(model, values, component) },
        };
        if (spec is not null) manifest["spec"] = spec;
        return manifest;
    }

    public static JsonObject Labels(DeploymentModel model, ClusterValues values, string component)
    {
        var labels = Selector(model.Name, component);
        labels["app.kubernetes.io/part-of"] = model.Name;
        labels["app.kubernetes.io/version"] = values.Text("image.tag");
        labels["app.kubernetes.io/managed-by"] = "sentinel";
        return labels;
    }

    /// <summary>The labels that never change, by which pods are found.</summary>
    public static JsonObject Selector(string name, string component) => new()
    {
        ["app.kubernetes.io/name"] = component,
        ["app.kubernetes.io/instance"] = name,
        ["app.kubernetes.io/component"] = component,
    };

    public static JsonObject Disruption(DeploymentModel model, ClusterValues values, string component) =>
        Object(model, values, "policy/v1", "PodDisruptionBudget", component, component, new JsonObject
        {
            ["maxUnavailable"] = 1,
            ["unhealthyPodEvictionPolicy"] = "AlwaysAllow",
            ["selector"] = new JsonObject { ["matchLabels"] = Selector(model.Name, component) },
        });
}
