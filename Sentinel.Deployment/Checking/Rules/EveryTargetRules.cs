using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>X: what holds on every target.</summary>
internal static class EveryTargetRules
{
    private const string Twelve = "https://12factor.net/config";

    // What a target adds of its own, and what some have in the address of a store.
    private static readonly HashSet<string> OwnOfTarget = new(StringComparer.Ordinal) { "OTEL_EXPORTER_OTLP_ENDPOINT", "SENTINEL_CACHE_DIR", "Queue__LogDepth", "DATABASE_PASSWORD", "REDIS_PASSWORD" };

    public static IEnumerable<CheckRule> All =>
    [
        Error("X1", "Every target runs the same services on the same ports.", "A service that one target lacks, or that listens elsewhere, is found out in production.", Twelve, SameServices) with { ComparesTargets = true },
        Error("X2", "A service has the same variables on every target.", "A variable that was forgotten on one target is a feature that does not work there.", Twelve, SameVariables) with { ComparesTargets = true },
        Error("X3", "No secret stands in a file.", "Who can read the repository has it, for ever.", "https://cwe.mitre.org/data/definitions/798.html", Secrets),
        Error("X4", "Every image has a tag that stays, or a digest.", "A tag that moves makes two starts of the same file run different programs, and lets whoever can push it in.", "https://kubernetes.io/docs/concepts/containers/images/#image-names", s => Shared.Images(s).Where(i => IsMoving(i.Image)).Select(i => Breach.At(i.File, i.Node, $"the image '{i.Image}' has no tag that stays"))),
        Error("X5", "The time to stop is within what the platform allows.", "A platform cuts longer times short, in the middle of the work.", "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html", Grace),
        Error("X6", "Migrations run once, before what needs them, and never in every replica.", "Replicas that migrate at the same time fight over the schema.", "https://learn.microsoft.com/en-us/ef/core/managing-schemas/migrations/applying", Migrations),
        Error("X7", "A service's replicas have the same bounds on every target.", "What was tried on one target does not hold on the other.", Twelve, SameScale) with { ComparesTargets = true },
        Error("X8", "A Redis that holds a queue throws nothing away.", "With any other policy jobs vanish when its memory is full.", "https://redis.io/docs/latest/develop/reference/eviction/", Eviction),
        Error("X11", ".NET on a read-only root has no diagnostic socket.", "The runtime tries to make one at every start, and says so.", "https://learn.microsoft.com/en-us/dotnet/core/runtime-config/debugging-profiling", Diagnostics),
    ];

    private sealed record Service(CheckedFile File, System.Text.Json.Nodes.JsonNode Node, string Target, string Name, string? Port, HashSet<string> Variables);

    private static List<Service> Services(CheckedSet set)
    {
        var services = new List<Service>();
        foreach (var (file, root) in set.Of(FileKind.Compose).Where(c => !c.File.Path.Contains("logging", StringComparison.Ordinal) && !c.File.Path.Contains("ec2", StringComparison.Ordinal)))
            foreach (var (name, service) in root["services"].Members().Where(s => s.Value.At("profiles") is null && s.Value.At("environment") is not null && !IsPostgres(s.Value.At("image").Text()) && s.Value.At("restart").Text() != "no"))
                services.Add(Of(file, service!, "compose", name, service.At("environment").Pairs()));
        foreach (var (file, pod, owner) in Pods.Of(set).Where(p => Pods.Kind(p.Owner) == "Deployment"))
            foreach (var container in pod.At("containers").Each().Take(1))
                services.Add(Of(file, container, "kubernetes", Pods.Name(owner), container.At("env").Each().Select(v => (v.At("name").Text() ?? "", v.At("value").Text() ?? ""))));
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
            foreach (var (id, container) in AwsRules.ContainersOf(root).Where(c => root.At("Resources").Members().Any(r => r.Value.At("Type").Text() == "AWS::ECS::Service" && r.Value.At("Properties", "TaskDefinition", "Ref").Text() == c.Id) && c.Container.At("PortMappings") is not null))
                services.Add(Of(file, container, $"ecs {file.Path}", container.At("Name").Text() ?? id, container.At("Environment").Each().Concat(container.At("Secrets").Each()).Select(v => (v.At("Name").Text() ?? "", v.At("Value").Text() ?? ""))));
        foreach (var (file, root) in set.Of(FileKind.Render).Where(r => r.Root["services"].Each().Count(s => s.At("runtime") is not null) > 1))
        {
            var names = root["services"].Each().Select(s => s.At("name").Text() ?? "").ToArray();
            var prefix = names.Length > 0 && names[0].Split('-')[0] + "-" is var first && names.All(n => n.StartsWith(first, StringComparison.Ordinal)) ? first : "";
            foreach (var service in root["services"].Each().Where(s => s.At("runtime") is not null))
                services.Add(Of(file, service, "render", (service.At("name").Text() ?? "")[prefix.Length..], service.At("envVars").Each().Select(v => (v.At("key").Text() ?? "", v.At("value").Text() ?? ""))));
        }
        return services;
    }

    private static Service Of(CheckedFile file, System.Text.Json.Nodes.JsonNode node, string target, string name, IEnumerable<(string Key, string Value)> variables)
    {
        var all = variables.ToArray();
        var keys = all.Select(v => v.Key.EndsWith("_FILE", StringComparison.Ordinal) ? v.Key[..^5] : v.Key).Where(k => !OwnOfTarget.Contains(k)).ToHashSet(StringComparer.Ordinal);
        return new Service(file, node, target, name, all.FirstOrDefault(v => v.Key == "PORT").Value, keys);
    }

    private static IEnumerable<Breach> SameServices(CheckedSet set)
    {
        var services = Services(set);
        var targets = services.Select(s => s.Target).Distinct().ToArray();
        if (targets.Length < 2) yield break;
        foreach (var group in services.GroupBy(s => s.Name))
        {
            foreach (var missing in targets.Except(group.Select(s => s.Target))) yield return Breach.At(group.First().File, group.First().Node, $"{group.Key} is on {group.First().Target} and not on {missing}");
            foreach (var other in group.Where(s => s.Port != group.First().Port)) yield return Breach.At(other.File, other.Node, $"{group.Key} listens on {other.Port} here and on {group.First().Port} on {group.First().Target}");
        }
    }

    private static IEnumerable<Breach> SameVariables(CheckedSet set)
    {
        foreach (var group in Services(set).GroupBy(s => s.Name).Where(g => g.Count() > 1))
        {
            var all = group.SelectMany(s => s.Variables).ToHashSet(StringComparer.Ordinal);
            foreach (var service in group.Where(s => s.Variables.Count < all.Count))
                yield return Breach.At(service.File, service.Node, $"{service.Name} lacks {string.Join(", ", all.Except(service.Variables).Order(StringComparer.Ordinal))}, which it has on another target");
        }
    }

    private static IEnumerable<Breach> SameScale(CheckedSet set)
    {
        var scales = new List<(CheckedFile File, System.Text.Json.Nodes.JsonNode Node, string Name, double? Minimum, double? Maximum)>();
        foreach (var (file, root) in Pods.Kinds(set, "HorizontalPodAutoscaler", "ScaledObject"))
            scales.Add((file, root["spec"]!, Flat(root.At("spec", "scaleTargetRef", "name").Text() ?? ""), (root.At("spec", "minReplicas") ?? root.At("spec", "minReplicaCount")).Number(), (root.At("spec", "maxReplicas") ?? root.At("spec", "maxReplicaCount")).Number()));
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
            foreach (var (id, target) in AwsRules.Of(root, "AWS::ApplicationAutoScaling::ScalableTarget"))
                scales.Add((file, target, Flat(id.EndsWith("Scale", StringComparison.Ordinal) ? id[..^5] : id), target.At("MinCapacity").Number(), target.At("MaxCapacity").Number()));
        foreach (var group in scales.GroupBy(s => s.Name))
            foreach (var other in group.Where(s => (s.Minimum, s.Maximum) != (group.First().Minimum, group.First().Maximum)))
                yield return Breach.At(other.File, other.Node, $"{other.Name} has {other.Minimum} to {other.Maximum} replicas here and {group.First().Minimum} to {group.First().Maximum} in {group.First().File.Path}");
    }

    private static string Flat(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static IEnumerable<Breach> Secrets(CheckedSet set)
    {
        foreach (var (file, node, name, value) in Variables(set))
            if (IsSecretName(name) && IsLiteral(value)) yield return Breach.At(file, node, $"the variable {name} holds its value");
        foreach (var file in set.Files)
            foreach (var leaf in file.Documents.SelectMany(d => d.Leaves()).Where(l => IsSecretText(l.ToString()) && IsLiteral(l.ToString())))
                yield return Breach.At(file, leaf, "a secret stands here");
        foreach (var (file, root) in Pods.Kinds(set, "Secret"))
            foreach (var (key, _) in root["data"].Members().Concat(root["stringData"].Members()).Where(m => IsLiteral(m.Value.Text())))
                yield return Pods.At(file, root, root["data"] ?? root["stringData"], $"the value of '{key}' stands here");
    }

    private static IEnumerable<Breach> Grace(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
            foreach (var (_, container) in AwsRules.ContainersOf(root).Where(c => c.Container.At("StopTimeout").Number() is > 120))
                yield return Breach.At(file, container.At("StopTimeout"), $"{container.At("Name").Text()}: Fargate waits 120 s at most, not {container.At("StopTimeout").Text()}");
        foreach (var (file, root) in set.Of(FileKind.Render))
            foreach (var service in root["services"].Each().Where(s => s.At("maxShutdownDelaySeconds").Number() is < 1 or > 300))
                yield return Breach.At(file, service.At("maxShutdownDelaySeconds"), $"{service.At("name").Text()}: Render takes 1 to 300 s, not {service.At("maxShutdownDelaySeconds").Text()}");
        foreach (var (file, pod, owner) in Pods.Running(set))
            foreach (var sleep in pod.At("containers").Each().Select(c => c.At("lifecycle", "preStop", "sleep", "seconds")))
                if (sleep.Number() is { } seconds && seconds >= (pod.At("terminationGracePeriodSeconds").Number() ?? 30)) yield return Pods.At(file, owner, sleep, "it sleeps before it stops for as long as it has to stop");
    }

    private static IEnumerable<Breach> Migrations(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose))
            foreach (var (name, service) in root["services"].Members().Where(s => s.Value.At("command").Texts().Any(IsMigration) && s.Value.At("restart").Text() is not (null or "no" or "on-failure")))
                yield return Breach.At(file, service.At("command"), $"{name} migrates and is started again and again");
        foreach (var (file, pod, owner) in Pods.Running(set))
            foreach (var container in Pods.Containers(pod).Where(c => c.At("args").Texts().Concat(c.At("command").Texts()).Any(IsMigration)))
                yield return Pods.At(file, owner, container, "every replica migrates");
        foreach (var (file, root) in set.Of(FileKind.Render))
            foreach (var service in root["services"].Each().Where(s => s.At("preDeployCommand").Text()?.Contains("--migrate", StringComparison.Ordinal) == true).Skip(1))
                yield return Breach.At(file, service.At("preDeployCommand"), $"{service.At("name").Text()} migrates too");
    }

    private static bool IsMigration(string argument) => argument is "--migrate" || argument.Contains("database update", StringComparison.Ordinal);

    private static IEnumerable<Breach> Eviction(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose))
            foreach (var (name, service) in root["services"].Members().Where(s => IsRedis(s.Value.At("image").Text()) && !Says(s.Value.At("command")) && !Says(s.Value.At("entrypoint"))))
                yield return Breach.At(file, service.At("image"), $"{name} has no maxmemory-policy noeviction");
        foreach (var (file, pod, owner) in Pods.Of(set))
            foreach (var container in pod.At("containers").Each().Where(c => IsRedis(c.At("image").Text()) && !Says(c.At("args")) && !Says(c.At("command"))))
                yield return Pods.At(file, owner, container, "it has no maxmemory-policy noeviction");
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
            foreach (var (id, parameters) in AwsRules.Of(root, "AWS::ElastiCache::ParameterGroup").Where(p => p.Properties.At("Properties", "maxmemory-policy").Text() != "noeviction"))
                yield return Breach.At(file, parameters, $"{id} has no maxmemory-policy noeviction");

        static bool Says(System.Text.Json.Nodes.JsonNode? words) => string.Join(' ', words.Texts()).Contains("maxmemory-policy noeviction", StringComparison.Ordinal);
    }

    private static IEnumerable<Breach> Diagnostics(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose))
            foreach (var (name, service) in root["services"].Members().Where(s => s.Value.At("read_only").IsTrue() && s.Value.At("environment").Pairs().ToArray() is var v && IsDotNet(v.Select(p => p.Key)) && v.FirstOrDefault(p => p.Key == "DOTNET_EnableDiagnostics").Value != "0"))
                yield return Breach.At(file, service.At("environment"), $"{name} has no DOTNET_EnableDiagnostics=0");
        foreach (var (file, pod, owner) in Pods.Of(set))
            foreach (var container in Pods.Containers(pod).Where(c => c.At("securityContext", "readOnlyRootFilesystem").IsTrue() && c.At("env").Each().ToArray() is var v && IsDotNet(v.Select(e => e.At("name").Text() ?? "")) && v.FirstOrDefault(e => e.At("name").Text() == "DOTNET_EnableDiagnostics").At("value").Text() != "0"))
                yield return Pods.At(file, owner, container, $"{container.At("name").Text()} has no DOTNET_EnableDiagnostics=0");

        static bool IsDotNet(IEnumerable<string> names) => names.Any(n => n.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || n.StartsWith("DOTNET_", StringComparison.Ordinal));
    }
}
