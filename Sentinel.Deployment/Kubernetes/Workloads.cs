using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Kubernetes;

/// <summary>The services and jobs: https://kubernetes.io/docs/concepts/security/pod-security-standards/ at the level "restricted".</summary>
internal sealed class Workloads(DeploymentModel model, ClusterValues values)
{
    // Time for the endpoint to leave the load balancers before the process is asked to stop, in seconds.
    private const int PreStop = 5;
    private const string SecretFolder = "/run/secrets/sentinel";

    public IEnumerable<ClusterObject> Objects() =>
        model.Services.SelectMany(s => s.Kind == ServiceKind.Job ? Job(s) : Running(s));

    private IEnumerable<ClusterObject> Running(ServiceModel service)
    {
        yield return Base(service, Account(service));
        yield return Base(service, Deployment(service));
        yield return Base(service, Disruption(model.Name, service.Name));
        if (service.Kind == ServiceKind.Server)
        {
            yield return Base(service, Service(service));
            yield return Base(service, Scaler(service));
        }
        else
        {
            yield return new ClusterObject(ClusterPart.WorkerHpa, service.Name, Scaler(service));
            foreach (var scaled in QueueScaler(service)) yield return new ClusterObject(ClusterPart.Keda, service.Name, scaled);
        }
    }

    private IEnumerable<ClusterObject> Job(ServiceModel service)
    {
        yield return Base(service, Account(service));
        yield return Base(service, Object("batch/v1", "Job", $"{service.Name}-{values.Computed(".Values.image.tag | replace \".\" \"-\"", v => v.Text("image.tag").Replace('.', '-'))}", service.Name, new JsonObject
        {
            // A job cannot be changed: each version has its own.
            ["backoffLimit"] = 6,
            ["activeDeadlineSeconds"] = 900,
            ["ttlSecondsAfterFinished"] = 86400,
            ["template"] = Pod(service),
        }));
    }

    private static ClusterObject Base(ServiceModel service, JsonObject manifest) => new(ClusterPart.Base, service.Name, manifest);

    private JsonObject Account(ServiceModel service)
    {
        var account = Object("v1", "ServiceAccount", service.Name, service.Name, null);
        account["automountServiceAccountToken"] = false;
        return account;
    }

    private JsonObject Deployment(ServiceModel service) => Object("apps/v1", "Deployment", service.Name, service.Name, new JsonObject
    {
        // The number of replicas is the scaler's.
        ["revisionHistoryLimit"] = 5,
        ["progressDeadlineSeconds"] = 600,
        ["minReadySeconds"] = 5,
        ["strategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 0, ["maxSurge"] = 1 } },
        ["selector"] = new JsonObject { ["matchLabels"] = Selector(service.Name) },
        ["template"] = Pod(service),
    });

    private JsonObject Pod(ServiceModel service)
    {
        var labels = Labels(service.Name);
        var spec = new JsonObject
        {
            ["serviceAccountName"] = service.Name,
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["securityContext"] = PodSecurity(ContainerImages.UserId),
            ["terminationGracePeriodSeconds"] = service.GraceSeconds,
        };
        if (service.Kind == ServiceKind.Job) spec["restartPolicy"] = "Never";
        else
        {
            spec["topologySpreadConstraints"] = Items(Spread("topology.kubernetes.io/zone", service), Spread("kubernetes.io/hostname", service));
            if (service.WaitsFor.Any(d => d.Completed)) spec["initContainers"] = Items(Container(service, "await-migrations", ["--await-migrations"], server: false));
        }
        spec["containers"] = Items(Container(service, service.Name, service.Arguments, server: service.Kind != ServiceKind.Job));
        spec["volumes"] = Volumes(service);
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = labels, ["annotations"] = new JsonObject { ["checksum/stores"] = values.Computed("printf \"%v%v\" .Values.postgres .Values.redis | sha256sum", Checksum) } },
            ["spec"] = spec,
        };
    }

    private JsonObject Container(ServiceModel service, string name, IReadOnlyList<string> arguments, bool server)
    {
        var key = Key(service.Name);
        var container = new JsonObject
        {
            ["name"] = name,
            ["image"] = $"{values.Text("image.registry")}/{ContainerImages.Name(service)}:{values.Text("image.tag")}",
            ["imagePullPolicy"] = "IfNotPresent",
        };
        if (arguments.Count > 0) container["args"] = List(arguments);
        container["env"] = Environment(service, service.Kind == ServiceKind.Job || server ? service.Variables : service.Variables.Where(v => v.Name.StartsWith("DATABASE_", StringComparison.Ordinal)));
        container["securityContext"] = ContainerSecurity();
        container["resources"] = new JsonObject
        {
            ["requests"] = new JsonObject { ["cpu"] = values.Text($"{key}.resources.cpu"), ["memory"] = values.Text($"{key}.resources.memory"), ["ephemeral-storage"] = "512Mi" },
            // No limit on the processor: it would slow requests down without saving anything.
            ["limits"] = new JsonObject { ["memory"] = values.Text($"{key}.resources.memory"), ["ephemeral-storage"] = service.Tools.Contains("git") ? "12Gi" : "1Gi" },
        };
        if (server)
        {
            container["ports"] = Items(new JsonObject { ["name"] = "http", ["containerPort"] = service.Port, ["protocol"] = "TCP" });
            container["startupProbe"] = Probe("/alive", period: 2, failures: 60);
            container["readinessProbe"] = Probe("/ready", period: 5, failures: 3);
            container["livenessProbe"] = Probe("/alive", period: 10, failures: 6);
            container["lifecycle"] = new JsonObject { ["preStop"] = new JsonObject { ["sleep"] = new JsonObject { ["seconds"] = PreStop } } };
        }
        container["volumeMounts"] = Items(
            new JsonObject { ["name"] = "tmp", ["mountPath"] = "/tmp" },
            service.Tools.Contains("git") ? new JsonObject { ["name"] = "cache", ["mountPath"] = "/cache" } : null,
            RequiredSecrets(service).Any() ? new JsonObject { ["name"] = "secrets", ["mountPath"] = SecretFolder, ["readOnly"] = true } : null);
        return container;
    }

    // What waits for the migrations needs the database, and nothing else of what its service has.
    private JsonArray Environment(ServiceModel service, IEnumerable<VariableModel> variables) => Items(
        ServiceEnvironment.Common(service).Select(v => (v.Key, Node: (JsonNode)new JsonObject { ["name"] = v.Key, ["value"] = v.Value }))
            .Append(("OTEL_EXPORTER_OTLP_ENDPOINT", new JsonObject { ["name"] = "OTEL_EXPORTER_OTLP_ENDPOINT", ["value"] = values.Text("telemetry.otlpEndpoint") }))
            .Concat(variables.Select(v => Variable(v)))
            .OrderBy(v => v.Item1, StringComparer.Ordinal).Select(v => v.Item2));

    private (string, JsonNode) Variable(VariableModel variable)
    {
        switch (variable.Value)
        {
            case LiteralValue literal:
                return (variable.Name, new JsonObject { ["name"] = variable.Name, ["value"] = literal.Text });
            case ServiceAddress address:
                return (variable.Name, new JsonObject { ["name"] = variable.Name, ["value"] = string.Create(CultureInfo.InvariantCulture, $"http://{address.Service}:{model.Service(address.Service).Port}") });
            case StoreAddress:
                return (variable.Name, new JsonObject { ["name"] = variable.Name, ["valueFrom"] = new JsonObject { ["configMapKeyRef"] = new JsonObject { ["name"] = Stores.ConfigName, ["key"] = variable.Name } } });
            case SecretValue value when Secret(value) is { Required: true } secret:
                return ($"{variable.Name}_FILE", new JsonObject { ["name"] = $"{variable.Name}_FILE", ["value"] = $"{SecretFolder}/{secret.File}" });
            case SecretValue value:
                return (variable.Name, new JsonObject { ["name"] = variable.Name, ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = values.Text("secrets.name"), ["key"] = Secret(value).File, ["optional"] = true } } });
            default:
                throw new InvalidOperationException($"{variable.Name} has no form for Kubernetes.");
        }
    }

    private SecretModel Secret(SecretValue value) => model.Secrets.Single(s => s.Name == value.Secret);

    private IEnumerable<SecretModel> RequiredSecrets(ServiceModel service) =>
        service.Variables.Select(v => v.Value).OfType<SecretValue>().Select(Secret).Where(s => s.Required).Distinct().OrderBy(s => s.File, StringComparer.Ordinal);

    private JsonArray Volumes(ServiceModel service)
    {
        var secrets = RequiredSecrets(service).Select(s => (JsonNode)new JsonObject { ["key"] = s.File, ["path"] = s.File }).ToArray();
        return Items(
            new JsonObject { ["name"] = "tmp", ["emptyDir"] = new JsonObject { ["sizeLimit"] = "256Mi" } },
            service.Tools.Contains("git") ? new JsonObject { ["name"] = "cache", ["emptyDir"] = new JsonObject { ["sizeLimit"] = "10Gi" } } : null,
            secrets.Length > 0 ? new JsonObject { ["name"] = "secrets", ["secret"] = new JsonObject { ["secretName"] = values.Text("secrets.name"), ["defaultMode"] = 288, ["items"] = Items(secrets) } } : null);
    }

    private JsonObject Service(ServiceModel service) => Object("v1", "Service", service.Name, service.Name, new JsonObject
    {
        ["type"] = "ClusterIP",
        ["selector"] = Selector(service.Name),
        ["ports"] = Items(new JsonObject { ["name"] = "http", ["port"] = service.Port, ["targetPort"] = "http", ["protocol"] = "TCP" }),
    }.With("sessionAffinity", service.Sticky ? "ClientIP" : null));

    private JsonObject Scaler(ServiceModel service) => Object("autoscaling/v2", "HorizontalPodAutoscaler", service.Name, service.Name, new JsonObject
    {
        ["scaleTargetRef"] = new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = service.Name },
        ["minReplicas"] = values.Number($"{Key(service.Name)}.replicas.minimum"),
        ["maxReplicas"] = values.Number($"{Key(service.Name)}.replicas.maximum"),
        ["metrics"] = Items(new JsonObject
        {
            ["type"] = "Resource",
            ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = ScaleModel.CpuPercent } },
        }),
        ["behavior"] = new JsonObject { ["scaleDown"] = new JsonObject { ["stabilizationWindowSeconds"] = 300 } },
    });

    // https://keda.sh/docs/latest/scalers/redis-lists/: the scaler counts sorted sets too, and the queue is one.
    private IEnumerable<JsonObject> QueueScaler(ServiceModel service)
    {
        var redis = model.Store(StoreKind.Redis);
        yield return Object("keda.sh/v1alpha1", "TriggerAuthentication", "queue", service.Name, new JsonObject
        {
            ["secretTargetRef"] = Items(new JsonObject { ["parameter"] = "password", ["name"] = values.Text("secrets.name"), ["key"] = model.Secrets.Single(s => s.Name == redis.Password).File }),
        });
        yield return Object("keda.sh/v1alpha1", "ScaledObject", service.Name, service.Name, new JsonObject
        {
            ["scaleTargetRef"] = new JsonObject { ["name"] = service.Name },
            ["minReplicaCount"] = values.Number($"{Key(service.Name)}.replicas.minimum"),
            ["maxReplicaCount"] = values.Number($"{Key(service.Name)}.replicas.maximum"),
            ["pollingInterval"] = 15,
            ["cooldownPeriod"] = 300,
            // Without the queue's length the workers that are there go on.
            ["fallback"] = new JsonObject { ["failureThreshold"] = 3, ["replicas"] = values.Number($"{Key(service.Name)}.replicas.minimum") },
            ["advanced"] = new JsonObject { ["horizontalPodAutoscalerConfig"] = new JsonObject { ["behavior"] = new JsonObject { ["scaleDown"] = new JsonObject { ["stabilizationWindowSeconds"] = 300 } } } },
            ["triggers"] = Items(new JsonObject
            {
                ["type"] = "redis",
                ["metadata"] = new JsonObject
                {
                    ["address"] = $"{values.Text("redis.host")}:{values.Text("redis.port")}",
                    ["listName"] = "{sentinel:scans}:ready",
                    ["listLength"] = service.Scale.QueueDepth!.Value.ToString(CultureInfo.InvariantCulture),
                    ["enableTLS"] = values.Computed(".Values.redis.tls", v => v.Flag("redis.tls") ? "true" : "false"),
                },
                ["authenticationRef"] = new JsonObject { ["name"] = "queue" },
            }),
        });
    }

    private JsonObject Object(string apiVersion, string kind, string name, string component, JsonObject? spec) => ClusterShapes.Object(model, values, apiVersion, kind, name, component, spec);

    private JsonObject Labels(string component) => ClusterShapes.Labels(model, values, component);

    private JsonObject Selector(string component) => ClusterShapes.Selector(model.Name, component);

    private JsonObject Disruption(string name, string component) => ClusterShapes.Disruption(model, values, component);

    private JsonObject Spread(string topology, ServiceModel service) => new()
    {
        ["maxSkew"] = 1,
        ["topologyKey"] = topology,
        ["whenUnsatisfiable"] = "ScheduleAnyway",
        ["labelSelector"] = new JsonObject { ["matchLabels"] = Selector(service.Name) },
    };

    private static JsonObject Probe(string path, int period, int failures) => new()
    {
        ["httpGet"] = new JsonObject { ["path"] = path, ["port"] = "http", ["scheme"] = "HTTP" },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = 3,
        ["failureThreshold"] = failures,
    };

    internal static JsonObject PodSecurity(int user) => new()
    {
        ["runAsNonRoot"] = true,
        ["runAsUser"] = user,
        ["runAsGroup"] = user,
        ["fsGroup"] = user,
        ["fsGroupChangePolicy"] = "OnRootMismatch",
        ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
    };

    internal static JsonObject ContainerSecurity() => new()
    {
        ["allowPrivilegeEscalation"] = false,
        ["readOnlyRootFilesystem"] = true,
        ["capabilities"] = new JsonObject { ["drop"] = List("ALL") },
    };

    /// <summary>A service's name in the values.</summary>
    internal static string Key(string service)
    {
        var words = service.Split('-');
        return words[0] + string.Concat(words[1..].Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
    }

    // As Helm prints maps: sorted by key.
    private static string Checksum(ClusterValues values) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(GoMap(values.Defaults["postgres"]!.AsObject()) + GoMap(values.Defaults["redis"]!.AsObject()))));

    private static string GoMap(JsonObject map) => $"map[{string.Join(' ', map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}:{p.Value}"))}]";
}
