using System.Globalization;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Kubernetes;

/// <summary>The namespace, who may talk to whom, the entrance, and where secrets come from.</summary>
internal sealed class Surroundings(DeploymentModel model, ClusterValues values)
{
    private const string PodSecurityVersion = "v1.32";

    public IEnumerable<ClusterObject> Objects()
    {
        yield return new ClusterObject(ClusterPart.Base, "namespace", Namespace());
        foreach (var policy in Policies()) yield return policy;
        foreach (var service in model.Services.Where(s => s.Public)) yield return new ClusterObject(ClusterPart.Ingress, "ingress", Ingress(service));
        yield return new ClusterObject(ClusterPart.ExternalSecrets, "external-secret", ExternalSecret());
    }

    private JsonObject Namespace()
    {
        var labels = ClusterShapes.Labels(model, values, model.Name);
        foreach (var mode in new[] { "enforce", "audit", "warn" })
        {
            labels[$"pod-security.kubernetes.io/{mode}"] = "restricted";
            labels[$"pod-security.kubernetes.io/{mode}-version"] = PodSecurityVersion;
        }
        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = values.Text("namespace.name"), ["labels"] = labels } };
    }

    private IEnumerable<ClusterObject> Policies()
    {
        yield return Policy(ClusterPart.Base, "default-deny", "network", new JsonObject { ["podSelector"] = new JsonObject(), ["policyTypes"] = List("Ingress", "Egress") });
        yield return Policy(ClusterPart.Base, "allow-dns", "network", new JsonObject
        {
            ["podSelector"] = new JsonObject(),
            ["policyTypes"] = List("Egress"),
            ["egress"] = Items(new JsonObject
            {
                ["to"] = Items(new JsonObject { ["namespaceSelector"] = NamespaceName("kube-system"), ["podSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["k8s-app"] = "kube-dns" } } }),
                ["ports"] = Items(Port(53, "UDP"), Port(53)),
            }),
        });
        foreach (var service in model.Services) yield return ServicePolicy(service);
        foreach (var store in model.Stores) yield return StorePolicy(store);
        foreach (var store in model.Stores) yield return ExternalStorePolicy(store);
        foreach (var store in model.Stores) yield return ToStorePolicy(store);
        foreach (var service in model.Services.Where(s => s.Public)) yield return EntrancePolicy(service);
    }

    // Both sides of every edge between services, and the way out for whoever needs it.
    private ClusterObject ServicePolicy(ServiceModel service)
    {
        var callers = model.Services.Where(s => s.Calls.Contains(service.Name)).Select(s => s.Name).ToArray();
        var egress = service.Calls.Select(c => (JsonNode)new JsonObject { ["to"] = Items(Pods(c)), ["ports"] = Items(Port(model.Service(c).Port)) }).ToList();
        if (service.Internet) egress.Add(Internet());
        return Policy(ClusterPart.Base, service.Name, service.Name, new JsonObject
        {
            ["podSelector"] = Selector(service.Name),
            ["policyTypes"] = List("Ingress", "Egress"),
            ["ingress"] = Items(callers.Select(c => (JsonNode)new JsonObject { ["from"] = Items(Pods(c)), ["ports"] = Items(Port(service.Port)) })),
            ["egress"] = Items(egress),
        });
    }

    // GitHub and the model, but neither the cluster's own networks nor the cloud's metadata service.
    private static JsonObject Internet() => new()
    {
        ["to"] = Items(new JsonObject { ["ipBlock"] = new JsonObject { ["cidr"] = "0.0.0.0/0", ["except"] = List("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16") } }),
        ["ports"] = Items(Port(443)),
    };

    private ClusterObject StorePolicy(StoreModel store)
    {
        var from = Users(store).Select(s => Pods(s.Name)).ToList();
        if (store.Kind == StoreKind.Redis) from.Add(new JsonObject { ["namespaceSelector"] = NamespaceName("keda") });
        return Policy(ClusterPart.InClusterStores, store.Name, store.Name, new JsonObject
        {
            ["podSelector"] = Selector(store.Name),
            ["policyTypes"] = List("Ingress", "Egress"),
            ["ingress"] = Items(new JsonObject { ["from"] = Items(from), ["ports"] = Items(Port(store.Port)) }),
        });
    }

    private ClusterObject ToStorePolicy(StoreModel store) => Policy(ClusterPart.InClusterStores, $"to-{store.Name}", store.Name, new JsonObject
    {
        ["podSelector"] = AnyOf(Users(store)),
        ["policyTypes"] = List("Egress"),
        ["egress"] = Items(new JsonObject { ["to"] = Items(Pods(store.Name)), ["ports"] = Items(Port(store.Port)) }),
    });

    private ClusterObject ExternalStorePolicy(StoreModel store)
    {
        var key = store.Kind == StoreKind.Postgres ? "postgres" : "redis";
        return Policy(ClusterPart.ExternalStores, $"to-{store.Name}", "stores", new JsonObject
        {
            ["podSelector"] = AnyOf(Users(store)),
            ["policyTypes"] = List("Egress"),
            ["egress"] = Items(new JsonObject
            {
                ["to"] = Items(new JsonObject { ["ipBlock"] = new JsonObject { ["cidr"] = values.Text($"{key}.cidr") } }),
                ["ports"] = Items(new JsonObject { ["port"] = values.Number($"{key}.networkPort"), ["protocol"] = "TCP" }),
            }),
        });
    }

    private ClusterObject EntrancePolicy(ServiceModel service) => Policy(ClusterPart.Ingress, $"from-ingress-to-{service.Name}", "ingress", new JsonObject
    {
        ["podSelector"] = Selector(service.Name),
        ["policyTypes"] = List("Ingress"),
        ["ingress"] = Items(new JsonObject { ["from"] = Items(new JsonObject { ["namespaceSelector"] = NamespaceName(values.Text("ingress.controllerNamespace")) }), ["ports"] = Items(Port(service.Port)) }),
    });

    private JsonObject Ingress(ServiceModel service)
    {
        var ingress = ClusterShapes.Object(model, values, "networking.k8s.io/v1", "Ingress", service.Name, service.Name, new JsonObject
        {
            ["ingressClassName"] = values.Text("ingress.className"),
            ["tls"] = Items(new JsonObject { ["hosts"] = List(values.Text("ingress.host")), ["secretName"] = values.Text("ingress.tlsSecret") }),
            ["rules"] = Items(new JsonObject
            {
                ["host"] = values.Text("ingress.host"),
                ["http"] = new JsonObject
                {
                    ["paths"] = Items(Paths(service).Select(p => (JsonNode)new JsonObject
                    {
                        ["path"] = p,
                        ["pathType"] = "Prefix",
                        ["backend"] = new JsonObject { ["service"] = new JsonObject { ["name"] = service.Name, ["port"] = new JsonObject { ["name"] = "http" } } },
                    })),
                },
            }),
        });
        ingress["metadata"]!["annotations"] = Annotations(service);
        return ingress;
    }

    // The dashboard has the rest. Operators' own pages (/health, /metrics) stay inside.
    private static string[] Paths(ServiceModel service) => service.Sticky ? ["/"] : ["/api", "/webhooks"];

    // https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/: GitHub's largest webhook is 25 MiB, live
    // pages hold their connection open, and a circuit lives in one replica.
    private static JsonObject Annotations(ServiceModel service)
    {
        var annotations = new JsonObject
        {
            ["nginx.ingress.kubernetes.io/proxy-body-size"] = service.Sticky ? "1m" : "26m",
            ["nginx.ingress.kubernetes.io/proxy-read-timeout"] = "3600",
            ["nginx.ingress.kubernetes.io/proxy-send-timeout"] = "3600",
            ["nginx.ingress.kubernetes.io/ssl-redirect"] = "true",
        };
        if (service.Sticky)
        {
            annotations["nginx.ingress.kubernetes.io/affinity"] = "cookie";
            annotations["nginx.ingress.kubernetes.io/affinity-mode"] = "persistent";
            annotations["nginx.ingress.kubernetes.io/session-cookie-name"] = "sentinel-replica";
            annotations["nginx.ingress.kubernetes.io/session-cookie-samesite"] = "Lax";
            annotations["nginx.ingress.kubernetes.io/session-cookie-secure"] = "true";
        }
        return annotations;
    }

    private JsonObject ExternalSecret() => ClusterShapes.Object(model, values, "external-secrets.io/v1", "ExternalSecret", "sentinel", model.Name, new JsonObject
    {
        ["refreshInterval"] = "1h",
        ["secretStoreRef"] = new JsonObject { ["kind"] = values.Text("secrets.store.kind"), ["name"] = values.Text("secrets.store.name") },
        ["target"] = new JsonObject { ["name"] = values.Text("secrets.name"), ["creationPolicy"] = "Owner" },
        // One entry with a property for each secret; properties that are not there are left out.
        ["dataFrom"] = Items(new JsonObject { ["extract"] = new JsonObject { ["key"] = values.Text("secrets.store.key") } }),
    });

    private IEnumerable<ServiceModel> Users(StoreModel store) => model.Services.Where(s => s.Stores.Contains(store.Name));

    private ClusterObject Policy(ClusterPart part, string name, string component, JsonObject spec) =>
        new(part, "network-policies", ClusterShapes.Object(model, values, "networking.k8s.io/v1", "NetworkPolicy", name, component, spec));

    private JsonObject Pods(string component) => new() { ["podSelector"] = Selector(component) };

    private JsonObject Selector(string component) => new() { ["matchLabels"] = ClusterShapes.Selector(model.Name, component) };

    private static JsonObject AnyOf(IEnumerable<ServiceModel> services) => new()
    {
        ["matchExpressions"] = Items(new JsonObject { ["key"] = "app.kubernetes.io/component", ["operator"] = "In", ["values"] = List(services.Select(s => s.Name).Order(StringComparer.Ordinal)) }),
    };

    private static JsonObject NamespaceName(string name) => new() { ["matchLabels"] = new JsonObject { ["kubernetes.io/metadata.name"] = name } };

    private static JsonObject Port(int port, string protocol = "TCP") => new() { ["port"] = port, ["protocol"] = protocol };
}
