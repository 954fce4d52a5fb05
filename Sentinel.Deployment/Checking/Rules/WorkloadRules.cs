using System.Text.Json.Nodes;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>K: what runs on Kubernetes.</summary>
internal static class WorkloadRules
{
    private const string Restricted = "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted";
    private const string Probes = "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/";
    private const string Rollout = "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment";

    private static readonly string[] VolumeTypes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    public static IEnumerable<CheckRule> All =>
    [
        Error("K2", "Pods and containers fit the restricted standard.", "The namespace refuses them, or whoever breaks in finds a way on.", Restricted, PodSecurity),
        Error("K3", "The root is read-only; /tmp is a volume of bounded size.", "What is written there fills the node, or is there for whoever breaks in.", "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir", ReadOnly),
        Error("K4", "Containers ask for processors and memory, and are limited in memory.", "One takes the node down with it, and the scheduler and scalers are blind.", "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/", Resources),
        Error("K5", "Servers have startup, readiness and liveness probes on a named port; liveness asks nothing of what they depend on.", "Traffic goes to what cannot answer, or a slow database restarts everything.", Probes, Probing),
        Error("K6", "Servers leave the load balancers before they stop.", "Requests go to a process that is ending.", "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination", s => Deployments(s).SelectMany(d => d.Pod.At("containers").Each().Where(c => c.At("ports").Each().Any() && c.At("lifecycle", "preStop") is null).Select(c => Pods.At(d.File, d.Owner, c, $"{c.At("name").Text()} has no preStop")))),
        Error("K7", "A roll-out never has fewer replicas than wanted, and ends some time.", "Every release is a short outage.", Rollout, s => Deployments(s).Where(d => !(d.Owner.At("spec", "strategy", "rollingUpdate", "maxUnavailable").Text() is "0" or "0%") || d.Owner.At("spec", "strategy", "type").Text() == "Recreate").Select(d => Pods.At(d.File, d.Owner, d.Owner.At("spec", "strategy"), "a roll-out takes replicas away before there are others"))),
        Error("K8", "The number of replicas belongs to one: a scaler, or the manifest.", "Each apply takes the scaler's number back; two scalers fight.", "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling", Scalers),
        Error("K9", "Deployments have two replicas or more, over zones and nodes.", "One node down is Sentinel down.", "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/", Spreading),
        Error("K10", "Each replicated workload has a disruption budget that finds its pods and lets one go.", "Draining a node takes all replicas, or never ends.", "https://kubernetes.io/docs/tasks/run-application/configure-pdb/", Disruption),
        Error("K11", "Each workload has an account of its own without a token; no role may do everything.", "Whoever breaks in speaks to the cluster.", "https://kubernetes.io/docs/concepts/security/service-accounts/", Accounts),
        Warning("K23", "What is pulled fits the tag.", "A node keeps an old image under a tag that moves.", "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy", s => Pods.Of(s).SelectMany(p => Pods.Containers(p.Pod).Where(c => c.At("imagePullPolicy").Text() == "Never" || (IsMoving(c.At("image").Text() ?? "") && c.At("imagePullPolicy").Text() == "IfNotPresent")).Select(c => Pods.At(p.File, p.Owner, c, $"{c.At("imagePullPolicy").Text()} does not fit {c.At("image").Text()}")))),
        Warning("K24", "Pods are replaced when the configuration that they read changes.", "They go on with the old one until something else restarts them.", "https://helm.sh/docs/howto/charts_tips_and_tricks/#automatically-roll-deployments", s => Deployments(s).Where(d => ReadsMap(d.Pod) && d.Owner.At("spec", "template", "metadata", "annotations").Members().All(a => !a.Key.StartsWith("checksum/", StringComparison.Ordinal))).Select(d => Pods.At(d.File, d.Owner, d.Pod, "it reads a ConfigMap, and has no checksum of it"))),
    ];

    private static IEnumerable<(CheckedFile File, JsonNode Pod, JsonObject Owner)> Deployments(CheckedSet set) => Pods.Of(set).Where(p => Pods.Kind(p.Owner) == "Deployment");

    private static IEnumerable<Breach> PodSecurity(CheckedSet set)
    {
        foreach (var (file, pod, owner) in Pods.Of(set))
        {
            foreach (var key in Words("hostNetwork hostPID hostIPC").Where(k => pod.At(k).IsTrue())) yield return Pods.At(file, owner, pod.At(key), $"{key} is on");
            foreach (var volume in pod.At("volumes").Each())
                foreach (var (type, node) in volume.Members().Where(m => m.Key != "name" && !VolumeTypes.Contains(m.Key))) yield return Pods.At(file, owner, node, $"the volume {volume.At("name").Text()} is of the type {type}");
            var whole = pod.At("securityContext");
            foreach (var container in Pods.Containers(pod))
            {
                var (own, name) = (container.At("securityContext"), container.At("name").Text());
                var missing = new List<string>();
                if (!(own.At("runAsNonRoot") ?? whole.At("runAsNonRoot")).IsTrue()) missing.Add("runAsNonRoot");
                if ((own.At("runAsUser") ?? whole.At("runAsUser")).Number() is 0) missing.Add("runAsUser other than 0");
                if ((own.At("seccompProfile", "type") ?? whole.At("seccompProfile", "type")).Text() is not ("RuntimeDefault" or "Localhost")) missing.Add("seccompProfile RuntimeDefault");
                if (!own.At("allowPrivilegeEscalation").IsFalse()) missing.Add("allowPrivilegeEscalation false");
                if (!own.At("capabilities", "drop").Contains("ALL")) missing.Add("capabilities without ALL");
                if (own.At("capabilities", "add").Texts().Any(c => c != "NET_BIND_SERVICE")) missing.Add("no added capabilities");
                if (own.At("privileged").IsTrue()) missing.Add("no privileges");
                if (container.At("ports").Each().Any(p => p.At("hostPort") is not null)) missing.Add("no hostPort");
                if (missing.Count > 0) yield return Pods.At(file, owner, own ?? container, $"{name} lacks {string.Join(", ", missing)}");
            }
        }
    }

    private static IEnumerable<Breach> ReadOnly(CheckedSet set)
    {
        foreach (var (file, pod, owner) in Pods.Of(set))
        {
            foreach (var container in Pods.Containers(pod).Where(c => !c.At("securityContext", "readOnlyRootFilesystem").IsTrue())) yield return Pods.At(file, owner, container, $"the root of {container.At("name").Text()} can be written to");
            foreach (var volume in pod.At("volumes").Each().Where(v => v.At("emptyDir") is not null && v.At("emptyDir", "sizeLimit") is null || v is JsonObject o && o.ContainsKey("emptyDir") && o["emptyDir"] is null)) yield return Pods.At(file, owner, volume, $"the volume {volume.At("name").Text()} has no sizeLimit");
        }
    }

    private static IEnumerable<Breach> Resources(CheckedSet set)
    {
        foreach (var (file, pod, owner) in Pods.Of(set))
            foreach (var container in Pods.Containers(pod))
            {
                var resources = container.At("resources");
                var missing = new[] { ("requests.cpu", resources.At("requests", "cpu")), ("requests.memory", resources.At("requests", "memory")), ("limits.memory", resources.At("limits", "memory")) }.Where(r => r.Item2 is null).Select(r => r.Item1).ToArray();
                if (missing.Length > 0) yield return Pods.At(file, owner, resources ?? container, $"{container.At("name").Text()} has no {string.Join(", ", missing)}");
            }
    }

    private static IEnumerable<Breach> Probing(CheckedSet set)
    {
        foreach (var (file, pod, owner) in Pods.Running(set))
            foreach (var container in pod.At("containers").Each().Where(c => c.At("ports").Each().Any()))
            {
                var name = container.At("name").Text();
                foreach (var probe in Words("startupProbe readinessProbe livenessProbe"))
                {
                    if (container.At(probe) is not { } node)
                    {
                        // A store that is up is ready; what restarts it must be sure.
                        if (!(probe == "startupProbe" && Pods.Kind(owner) == "StatefulSet")) yield return Pods.At(file, owner, container, $"{name} has no {probe}");
                        continue;
                    }
                    if (node.At("httpGet", "port") is { } port && !container.At("ports").Each().Any(p => p.At("name").Text() == port.Text())) yield return Pods.At(file, owner, port, $"the {probe} of {name} asks the port {port.Text()}, which no port is named");
                    if (node.At("httpGet", "scheme").Text() is { } scheme && scheme is not ("HTTP" or "HTTPS")) yield return Pods.At(file, owner, node.At("httpGet", "scheme"), $"the {probe} of {name} has the scheme {scheme}, which the API refuses: HTTP or HTTPS");
                }
                if (container.At("livenessProbe", "httpGet", "path").Text() is { } path && (path == container.At("readinessProbe", "httpGet", "path").Text() && path.Contains("ready", StringComparison.Ordinal) || path.TrimEnd('/') is "/ready" or "/readyz" or "/readiness"))
                    yield return Pods.At(file, owner, container.At("livenessProbe"), $"the livenessProbe of {name} asks {path}, which fails when a dependency does");
            }
    }

    private static IEnumerable<Breach> Scalers(CheckedSet set)
    {
        var scalers = Pods.Kinds(set, "HorizontalPodAutoscaler", "ScaledObject").ToArray();
        foreach (var (file, _, owner) in Pods.Running(set))
        {
            var mine = scalers.Where(s => s.Root.At("spec", "scaleTargetRef", "name").Text() == Pods.Name(owner) && (s.Root.At("spec", "scaleTargetRef", "kind").Text() ?? "Deployment") == Pods.Kind(owner)).ToArray();
            if (mine.Length > 0 && owner.At("spec", "replicas") is { } replicas) yield return Pods.At(file, owner, replicas, "it says how many replicas, and a scaler does too");
            if (mine.Length > 1) yield return Pods.At(mine[1].File, mine[1].Root, mine[1].Root.At("spec", "scaleTargetRef"), $"{Pods.Kind(owner)} {Pods.Name(owner)} has {mine.Length} scalers");
        }
    }

    private static IEnumerable<Breach> Spreading(CheckedSet set)
    {
        var scalers = Pods.Kinds(set, "HorizontalPodAutoscaler", "ScaledObject").ToArray();
        foreach (var (file, pod, owner) in Deployments(set))
        {
            var scaler = scalers.FirstOrDefault(s => s.Root.At("spec", "scaleTargetRef", "name").Text() == Pods.Name(owner)).Root;
            var least = scaler is null ? owner.At("spec", "replicas").Number() ?? 1 : (scaler.At("spec", "minReplicas") ?? scaler.At("spec", "minReplicaCount")).Number() ?? 1;
            // Part of a kustomization may leave the number to another part.
            if (least < 2 && (scaler is not null || owner.At("spec", "replicas") is not null || !set.Files.Any(f => f.Path.Contains("/base/", StringComparison.Ordinal)))) yield return Pods.At(file, owner, owner.At("spec", "replicas") ?? pod, "it has one replica");
            var spreads = pod.At("topologySpreadConstraints").Each().ToArray();
            foreach (var key in Words("topology.kubernetes.io/zone kubernetes.io/hostname").Where(k => !spreads.Any(s => s.At("topologyKey").Text() == k && Pods.Selects(s.At("labelSelector"), Pods.Labels(owner)))))
                yield return Pods.At(file, owner, pod.At("topologySpreadConstraints"), $"its replicas are not spread over {key}");
        }
    }

    private static IEnumerable<Breach> Disruption(CheckedSet set)
    {
        var budgets = Pods.Kinds(set, "PodDisruptionBudget").ToArray();
        foreach (var (file, _, owner) in Pods.Running(set).Where(p => Pods.Kind(p.Owner) is "Deployment" or "StatefulSet" && budgets.All(b => !Pods.Selects(b.Root.At("spec", "selector"), Pods.Labels(p.Owner)))))
            yield return Pods.At(file, owner, owner["spec"], "no PodDisruptionBudget finds its pods");
        foreach (var (file, root) in budgets)
        {
            if (root.At("spec", "maxUnavailable").Text() is "0" or "0%" || root.At("spec", "minAvailable").Text() == "100%") yield return Pods.At(file, root, root["spec"], "it lets no pod go");
            if (Pods.Of(set).All(p => !Pods.Selects(root.At("spec", "selector"), Pods.Labels(p.Owner)))) yield return Pods.At(file, root, root.At("spec", "selector"), "it finds no pods");
        }
    }

    private static IEnumerable<Breach> Accounts(CheckedSet set)
    {
        var accounts = Pods.Kinds(set, "ServiceAccount").ToArray();
        foreach (var (file, pod, owner) in Pods.Of(set))
        {
            if (pod.At("serviceAccountName").Text() is null or "default") yield return Pods.At(file, owner, pod, "it has no account of its own");
            var account = accounts.FirstOrDefault(a => Pods.Name(a.Root) == pod.At("serviceAccountName").Text()).Root;
            if (!(pod.At("automountServiceAccountToken") ?? account?["automountServiceAccountToken"]).IsFalse()) yield return Pods.At(file, owner, pod.At("automountServiceAccountToken") ?? pod, "it has a token for the cluster");
            if (!pod.At("enableServiceLinks").IsFalse()) yield return Pods.At(file, owner, pod.At("enableServiceLinks") ?? pod, "it has a variable for every service: enableServiceLinks is not false");
        }
        foreach (var (file, root) in Pods.Kinds(set, "Role", "ClusterRole"))
            foreach (var rule in root["rules"].Each().Where(r => r.At("verbs").Contains("*") || r.At("resources").Contains("*") || r.At("apiGroups").Contains("*"))) yield return Pods.At(file, root, rule, "it may do everything");
    }

    private static bool ReadsMap(JsonNode pod) =>
        Pods.Containers(pod).Any(c => c.At("envFrom").Each().Any(e => e.At("configMapRef") is not null) || c.At("env").Each().Any(e => e.At("valueFrom", "configMapKeyRef") is not null)) || pod.At("volumes").Each().Any(v => v.At("configMap") is not null);
}
