using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.LogShipping;

/// <summary>
/// Fluent Bit on every node of a cluster. It reads the nodes' files, for which Sentinel's own namespace is too restricted, so it has
/// another one.
/// </summary>
internal static class ClusterShipping
{
    private const string Namespace = "sentinel-logging";
    private const string Name = "log-shipper";

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        yield return File("base/log-shipper.yaml", [NamespaceObject(), Account(), Role(), Binding(), Policy(), Daemons()]);
        yield return File("base/kustomization.yaml", [Kustomization("log-shipper.yaml")]);
        foreach (var (target, output) in new[] { ("elasticsearch", FluentBit.Elasticsearch()), ("datadog", FluentBit.Datadog()) })
        {
            yield return File($"{target}/configuration.yaml", [Configuration(model, output)]);
            yield return File($"{target}/kustomization.yaml", [Kustomization("../base", "configuration.yaml")]);
        }
    }

    private static GeneratedFile File(string path, IEnumerable<JsonObject> objects) => new($"kubernetes/logging/{path}", ManifestYaml.Write(GeneratedFile.Notice, objects));

    private static JsonObject Kustomization(params IEnumerable<string> resources) => new() { ["apiVersion"] = "kustomize.config.k8s.io/v1beta1", ["kind"] = "Kustomization", ["resources"] = List(resources) };

    private static JsonObject NamespaceObject()
    {
        var labels = Labels();
        foreach (var mode in new[] { "enforce", "audit", "warn" }) labels[$"pod-security.kubernetes.io/{mode}"] = "privileged";
        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = Namespace, ["labels"] = labels } };
    }

    private static JsonObject Account()
    {
        var account = Object("v1", "ServiceAccount", Name);
        account["automountServiceAccountToken"] = false;
        return account;
    }

    // The names and labels of pods, to say whose line it is.
    private static JsonObject Role()
    {
        var role = Object("rbac.authorization.k8s.io/v1", "ClusterRole", $"sentinel-{Name}", isNamespaced: false);
        role["rules"] = Items(new JsonObject { ["apiGroups"] = List(""), ["resources"] = List("namespaces", "pods"), ["verbs"] = List("get", "list", "watch") });
        return role;
    }

    private static JsonObject Binding()
    {
        var binding = Object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", $"sentinel-{Name}", isNamespaced: false);
        binding["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = $"sentinel-{Name}" };
        binding["subjects"] = Items(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = Name, ["namespace"] = Namespace });
        return binding;
    }

    private static JsonObject Policy()
    {
        var policy = Object("networking.k8s.io/v1", "NetworkPolicy", Name);
        policy["spec"] = new JsonObject
        {
            ["podSelector"] = new JsonObject(),
            ["policyTypes"] = List("Ingress", "Egress"),
            // Names, the cluster's API, and the log store.
            ["egress"] = Items(
                new JsonObject { ["ports"] = Items(Port(53, "UDP"), Port(53)) },
                new JsonObject { ["ports"] = Items(Port(443), Port(6443), Port(9200)) }),
        };
        return policy;
    }

    private static JsonObject Port(int port, string protocol = "TCP") => new() { ["port"] = port, ["protocol"] = protocol };

    private static JsonObject Daemons()
    {
        var daemons = Object("apps/v1", "DaemonSet", Name);
        daemons["spec"] = new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app.kubernetes.io/name"] = Name } },
            ["updateStrategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 1 } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = Labels() },
                ["spec"] = new JsonObject
                {
                    ["serviceAccountName"] = Name,
                    ["automountServiceAccountToken"] = true,
                    ["enableServiceLinks"] = false,
                    ["terminationGracePeriodSeconds"] = 15,
                    ["tolerations"] = Items(new JsonObject { ["operator"] = "Exists" }),
                    ["securityContext"] = new JsonObject { ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" } },
                    ["containers"] = Items(Container()),
                    ["volumes"] = Items(
                        new JsonObject { ["name"] = "configuration", ["configMap"] = new JsonObject { ["name"] = Name } },
                        new JsonObject { ["name"] = "logs", ["hostPath"] = new JsonObject { ["path"] = "/var/log", ["type"] = "Directory" } },
                        new JsonObject { ["name"] = "buffers", ["emptyDir"] = new JsonObject { ["sizeLimit"] = "1Gi" } }),
                },
            },
        };
        return daemons;
    }

    private static JsonObject Container() => new()
    {
        ["name"] = Name,
        ["image"] = FluentBit.Image,
        ["imagePullPolicy"] = "IfNotPresent",
        ["args"] = List("--config=/fluent-bit/etc/sentinel/fluent-bit.yaml"),
        // ELASTICSEARCH_* or DATADOG_*, made by the operator.
        ["envFrom"] = Items(new JsonObject { ["secretRef"] = new JsonObject { ["name"] = Name } }),
        ["ports"] = Items(new JsonObject { ["name"] = "http", ["containerPort"] = 2020, ["protocol"] = "TCP" }),
        ["startupProbe"] = Probe(5, 12),
        ["livenessProbe"] = Probe(30, 5),
        ["readinessProbe"] = Probe(10, 3),
        ["resources"] = new JsonObject
        {
            ["requests"] = new JsonObject { ["cpu"] = "50m", ["memory"] = "128Mi", ["ephemeral-storage"] = "1Gi" },
            ["limits"] = new JsonObject { ["memory"] = "128Mi", ["ephemeral-storage"] = "2Gi" },
        },
        // The nodes' log files are root's: reading them is the one thing it may do beyond others.
        ["securityContext"] = new JsonObject
        {
            ["runAsUser"] = 0,
            ["allowPrivilegeEscalation"] = false,
            ["readOnlyRootFilesystem"] = true,
            ["capabilities"] = new JsonObject { ["drop"] = List("ALL"), ["add"] = List("DAC_READ_SEARCH") },
        },
        ["volumeMounts"] = Items(
            new JsonObject { ["name"] = "configuration", ["mountPath"] = "/fluent-bit/etc/sentinel", ["readOnly"] = true },
            new JsonObject { ["name"] = "logs", ["mountPath"] = "/var/log", ["readOnly"] = true },
            new JsonObject { ["name"] = "buffers", ["mountPath"] = "/buffers" }),
    };

    private static JsonObject Probe(int period, int failures) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = "/api/v1/health", ["port"] = "http", ["scheme"] = "HTTP" },
        ["periodSeconds"] = period,
        ["failureThreshold"] = failures,
        ["timeoutSeconds"] = 3,
    };

    private static JsonObject Configuration(DeploymentModel model, JsonObject output)
    {
        var map = Object("v1", "ConfigMap", Name);
        map["data"] = new JsonObject
        {
            ["fluent-bit.yaml"] = FluentBit.Pipeline(
                null,
                new JsonObject
                {
                    ["name"] = "tail",
                    ["tag"] = "kube.*",
                    ["path"] = $"/var/log/containers/*_{model.Name}_*.log",
                    ["multiline.parser"] = "cri",
                    ["db"] = "/buffers/tail.db",
                    ["mem_buf_limit"] = "32M",
                    ["skip_long_lines"] = "on",
                    ["storage.type"] = "filesystem",
                },
                [new JsonObject { ["name"] = "kubernetes", ["match"] = "kube.*", ["merge_log"] = "on", ["keep_log"] = "off", ["annotations"] = "off" }],
                output),
        };
        return map;
    }

    private static JsonObject Object(string apiVersion, string kind, string name, bool isNamespaced = true)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (isNamespaced) metadata["namespace"] = Namespace;
        metadata["labels"] = Labels();
        return new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }

    private static JsonObject Labels() => new()
    {
        ["app.kubernetes.io/name"] = Name,
        ["app.kubernetes.io/instance"] = "sentinel",
        ["app.kubernetes.io/component"] = Name,
        ["app.kubernetes.io/part-of"] = "sentinel",
        ["app.kubernetes.io/version"] = FluentBit.Image.Split(':')[1],
        ["app.kubernetes.io/managed-by"] = "sentinel",
    };
}
