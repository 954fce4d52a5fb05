using System.Text.Json.Nodes;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>K: what is around the workloads on Kubernetes.</summary>
internal static class ClusterRules
{
    private const string Policies = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";

    public static IEnumerable<CheckRule> All =>
    [
        Error("K1", "The namespace enforces the restricted standard, in a version.", "A later manifest may ask for anything.", "https://kubernetes.io/docs/concepts/security/pod-security-admission/", s => Pods.Kinds(s, "Namespace").SelectMany(n => Words("enforce audit warn").Where(m => n.Root.At("metadata", "labels", $"pod-security.kubernetes.io/{m}").Text() != "restricted" || n.Root.At("metadata", "labels", $"pod-security.kubernetes.io/{m}-version") is null).Select(m => Pods.At(n.File, n.Root, n.Root.At("metadata", "labels"), $"{m} is not 'restricted' in a version")))),
        Error("K12", "Nothing may talk to anything but what a policy names, in both directions; nothing but the internet's port 443 is open, and not the cloud's metadata.", "Whoever breaks into one pod reaches every other, and the cloud's credentials.", Policies, NetworkPolicies),
        Error("K13", "Services find the pods of one workload, by a named port, and stay inside.", "Requests go nowhere, or to another workload.", "https://kubernetes.io/docs/concepts/services-networking/service/", Services),
        Error("K14", "Every entrance has TLS, a host and a class.", "Tokens travel in clear text, or every controller takes the entrance.", "https://kubernetes.io/docs/concepts/services-networking/ingress/", s => Pods.Kinds(s, "Ingress").SelectMany(i => Entrance(i.File, i.Root))),
        Error("K15", "Secrets come from a Secret that is not among the manifests.", "Base64 is not encryption: who can read the repository has them.", "https://kubernetes.io/docs/concepts/configuration/secret/", s => Pods.Kinds(s, "Secret").Where(x => (x.Root["data"] ?? x.Root["stringData"]).Members().Any()).Select(x => Pods.At(x.File, x.Root, x.Root["data"] ?? x.Root["stringData"], "it stands among the manifests")).Concat(Pods.Kinds(s, "ConfigMap").SelectMany(x => x.Root["data"].Members().Where(m => IsSecretName(m.Key) && IsLiteral(m.Value.Text())).Select(m => Pods.At(x.File, x.Root, m.Value, $"'{m.Key}' is a secret in a ConfigMap"))))),
        Error("K16", "KEDA's scalers have bounds, a way out when the source is silent, and texts for settings.", "Workers vanish, or never stop growing, when Redis does not answer.", "https://keda.sh/docs/latest/reference/scaledobject-spec/", s => Pods.Kinds(s, "ScaledObject").SelectMany(k => Keda(s, k.File, k.Root))),
        Error("K17", "Scalers take replicas away slowly.", "A pause of a minute ends replicas that are needed in the next.", "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#stabilization-window", s => Pods.Kinds(s, "HorizontalPodAutoscaler").Where(h => h.Root["apiVersion"].Text() != "autoscaling/v2" || h.Root.At("spec", "behavior", "scaleDown", "stabilizationWindowSeconds") is null).Select(h => Pods.At(h.File, h.Root, h.Root.At("spec", "behavior") ?? h.Root["spec"], "it has no behavior.scaleDown.stabilizationWindowSeconds, or is not of autoscaling/v2"))),
        Error("K18", "Jobs end: by number of tries, by time, and they are removed.", "A job that hangs holds a release for ever.", "https://kubernetes.io/docs/concepts/workloads/controllers/job/", s => Pods.Kinds(s, "Job").SelectMany(j => Words("backoffLimit activeDeadlineSeconds ttlSecondsAfterFinished").Where(k => j.Root.At("spec", k) is null).Select(k => Pods.At(j.File, j.Root, j.Root["spec"], $"it has no {k}")).Concat(j.Root.At("spec", "template", "spec", "restartPolicy").Text() == "Never" ? [] : [Pods.At(j.File, j.Root, j.Root.At("spec", "template", "spec"), "its restartPolicy is not Never")]))),
        Error("K19", "Stores in the cluster keep their data, under a name of their own.", "A restart is a loss of data.", "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/", Stores),
        Warning("K20", "Objects have the common labels.", "Nobody can tell what belongs together.", "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/", s => s.Of(FileKind.Kubernetes).Where(o => Pods.Kind(o.Root) is "Deployment" or "StatefulSet" or "DaemonSet" or "Job" or "Service").SelectMany(o => Words("name instance component part-of version managed-by").Where(l => o.Root.At("metadata", "labels", $"app.kubernetes.io/{l}") is null).Take(1).Select(l => Pods.At(o.File, o.Root, o.Root["metadata"], $"it has no label app.kubernetes.io/{l}")))),
        Error("K22", "Nothing is in the default namespace.", "It shares policies and quotas with whatever else is there.", "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/", s => s.Of(FileKind.Kubernetes).Where(o => Pods.Kind(o.Root) is not ("Namespace" or "ClusterRole" or "ClusterRoleBinding" or "Kustomization" or "Component" or "CustomResourceDefinition" or "") && !Pods.Kind(o.Root).StartsWith("Cluster", StringComparison.Ordinal) && o.Root.At("metadata", "namespace").Text() is null or "default").Select(o => Pods.At(o.File, o.Root, o.Root["metadata"], "it is in the default namespace, or in whichever happens to be chosen"))),
    ];

    private static IEnumerable<Breach> NetworkPolicies(CheckedSet set)
    {
        var policies = Pods.Kinds(set, "NetworkPolicy").ToArray();
        var pods = Pods.Of(set).ToArray();
        foreach (var (file, _, owner) in pods.Where(p => !policies.Any(n => IsDenyAll(n.Root) && Space(n.Root) == Space(p.Owner)))) yield return Pods.At(file, owner, owner["spec"], "no policy denies what is not named: there is none for all pods with Ingress and Egress");
        foreach (var (file, root) in policies)
        {
            if (!IsForAll(root) && pods.All(p => !Pods.Selects(root.At("spec", "podSelector"), Pods.Labels(p.Owner)))) yield return Pods.At(file, root, root.At("spec", "podSelector"), "it finds no pods");
            foreach (var peer in root.At("spec", "ingress").Each().SelectMany(r => r.At("from").Each()).Concat(root.At("spec", "egress").Each().SelectMany(r => r.At("to").Each())))
            {
                if (peer.At("ipBlock", "cidr").Text() is "0.0.0.0/0" or "::/0" && !peer.At("ipBlock", "except").Texts().Any(e => e.StartsWith("169.254.", StringComparison.Ordinal))) yield return Pods.At(file, root, peer, "it opens the cloud's metadata service");
                if (peer.At("namespaceSelector") is null && peer.At("podSelector") is { } selector && pods.All(p => !Pods.Selects(selector, Pods.Labels(p.Owner)))) yield return Pods.At(file, root, selector, "it names pods that are not there");
            }
            foreach (var open in root.At("spec", "ingress").Each().Where(r => r.At("from") is null).Concat(root.At("spec", "egress").Each().Where(r => r.At("to") is null && r.At("ports") is null))) yield return Pods.At(file, root, open, "one rule opens everything");
        }
    }

    private static string Space(JsonObject root) => root.At("metadata", "namespace").Text() ?? "default";

    private static bool IsForAll(JsonObject policy) => policy.At("spec", "podSelector") is JsonObject { Count: 0 };

    private static bool IsDenyAll(JsonObject policy) => IsForAll(policy) && policy.At("spec", "policyTypes").Contains("Ingress") && policy.At("spec", "policyTypes").Contains("Egress") && !policy.At("spec", "ingress").Each().Any(r => r.At("from") is null);

    private static IEnumerable<Breach> Services(CheckedSet set)
    {
        foreach (var (file, root) in Pods.Kinds(set, "Service"))
        {
            var found = Pods.Running(set).Where(p => root.At("spec", "selector") is not null && Pods.Selects(root.At("spec", "selector"), Pods.Labels(p.Owner))).ToArray();
            if (found.Length != 1) yield return Pods.At(file, root, root.At("spec", "selector"), $"it finds the pods of {found.Length} workloads");
            if (root.At("spec", "type").Text() is "NodePort" or "LoadBalancer") yield return Pods.At(file, root, root.At("spec", "type"), $"it is a {root.At("spec", "type").Text()}, which is reached past the entrance");
            foreach (var port in root.At("spec", "ports").Each().Where(p => p.At("targetPort").Number() is not null || p.At("targetPort") is null)) yield return Pods.At(file, root, port, "its targetPort is no name");
            foreach (var port in root.At("spec", "ports").Each().Where(p => p.At("targetPort").Text() is { } name && p.At("targetPort").Number() is null && found.Length == 1 && !found[0].Pod.At("containers").Each().Any(c => c.At("ports").Each().Any(q => q.At("name").Text() == name))))
                yield return Pods.At(file, root, port, $"no container has a port named {port.At("targetPort").Text()}");
        }
    }

    private static IEnumerable<Breach> Entrance(CheckedFile file, JsonObject root)
    {
        if (root.At("spec", "ingressClassName") is null) yield return Pods.At(file, root, root["spec"], "it has no ingressClassName");
        if (!root.At("spec", "tls").Each().Any(t => t.At("secretName") is not null)) yield return Pods.At(file, root, root["spec"], "it has no TLS");
        foreach (var rule in root.At("spec", "rules").Each().Where(r => string.IsNullOrEmpty(r.At("host").Text()))) yield return Pods.At(file, root, rule, "it has no host");
    }

    private static IEnumerable<Breach> Keda(CheckedSet set, CheckedFile file, JsonObject root)
    {
        foreach (var key in Words("minReplicaCount maxReplicaCount fallback").Where(k => root.At("spec", k) is null)) yield return Pods.At(file, root, root["spec"], $"it has no {key}");
        foreach (var trigger in root.At("spec", "triggers").Each())
        {
            foreach (var (key, value) in trigger.At("metadata").Members().Where(m => m.Value is not JsonValue v || v.GetValueKind() != System.Text.Json.JsonValueKind.String)) yield return Pods.At(file, root, value ?? trigger, $"'{key}' is no text, which KEDA refuses");
            if (trigger.At("type").Text()?.StartsWith("redis", StringComparison.Ordinal) == true && !Pods.Kinds(set, "TriggerAuthentication", "ClusterTriggerAuthentication").Any(a => Pods.Name(a.Root) == trigger.At("authenticationRef", "name").Text())) yield return Pods.At(file, root, trigger, "it asks Redis without a password");
        }
    }

    private static IEnumerable<Breach> Stores(CheckedSet set)
    {
        foreach (var (file, pod, owner) in Pods.Running(set).Where(p => p.Pod.At("containers").Each().Any(c => IsPostgres(c.At("image").Text()) || IsRedis(c.At("image").Text()))))
        {
            if (Pods.Kind(owner) != "StatefulSet") yield return Pods.At(file, owner, owner["kind"], "a store is no StatefulSet");
            else if (!owner.At("spec", "volumeClaimTemplates").Each().Any()) yield return Pods.At(file, owner, owner["spec"], "its data is in no volumeClaimTemplate");
            else if (!Pods.Kinds(set, "Service").Any(s => Pods.Name(s.Root) == owner.At("spec", "serviceName").Text())) yield return Pods.At(file, owner, owner.At("spec", "serviceName"), "its serviceName is no Service");
            if (pod.At("securityContext", "fsGroup") is null) yield return Pods.At(file, owner, pod, "it has no fsGroup, so that its user cannot write to the volume");
        }
    }
}
