using System.Text.Json.Nodes;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>C: Docker Compose.</summary>
internal static class ComposeRules
{
    private const string Spec = "https://github.com/compose-spec/compose-spec/blob/main/spec.md";
    private const string Cis = "https://www.cisecurity.org/benchmark/docker";

    public static IEnumerable<CheckRule> All =>
    [
        Error("C1", "Every service that stays has a health check that its image can run.", "Nothing waits for a service whose health is not known, and nobody sees that it hangs.", $"{Spec}#healthcheck", s => Services(s).Where(x => !IsOnce(x.Service) && (x.Service.At("healthcheck") is not { } check || check.At("disable").IsTrue() || check.At("test").Contains("NONE"))).Select(x => x.At(x.Service.At("healthcheck"), "it has no health check"))),
        Error("C2", "A service waits for the health, or the good end, of what it needs.", "It starts before its database answers.", $"{Spec}#depends_on", Waits),
        Error("C3", "Every network, volume, secret and service that is named is there, is used, and waits in no circle.", "The file cannot be started, or carries what nobody needs.", Spec, References),
        Error("C4", "Stores are in an internal network and publish no port.", "A database that the host's network reaches is a database that others find.", $"{Spec}#internal", Stores),
        Error("C5", "Published ports are bound to the host alone, but for 80 and 443.", "Docker opens a published port past the host's firewall.", "https://docs.docker.com/engine/network/packet-filtering-firewalls/", s => Services(s).SelectMany(x => x.Service.At("ports").Each().Where(IsOpen).Select(p => x.At(p, $"the port {p.Text() ?? p.At("published").Text()} is open to every network")))),
        Error("C6", "Secrets come as files.", "Variables are shown by docker inspect and inherited by every process.", "https://docs.docker.com/compose/how-tos/use-secrets/", s => Services(s).SelectMany(x => x.Service.At("environment").Pairs().Where(v => IsSecretName(v.Key)).Select(v => x.At(x.Service.At("environment"), $"the variable {v.Key} is a secret; give it as a file")))),
        Error("C7", "Every service is unprivileged: no capabilities, no new privileges, a read-only root, a user, an init process.", "Whoever breaks in finds a way on.", Cis, Hardening),
        Error("C8", "Every service has limits for processors, memory and processes, and reservations.", "One service takes the host down with it.", $"{Spec}#resources", Limits),
        Error("C9", "What stays is restarted; what runs once is not.", "A crash, or a reboot, is an outage.", $"{Spec}#restart", s => Services(s).Where(x => IsOnceByOthers(x) ? x.Service.At("restart").Text() is not (null or "no") : x.Service.At("restart").Text() is not ("unless-stopped" or "always") && x.Service.At("deploy", "restart_policy") is null).Select(x => x.At(x.Service.At("restart"), IsOnceByOthers(x) ? "others wait for its end, and it is started again" : "it is not restarted"))),
        Error("C10", "The data of stores is in named volumes.", "It is gone with the container.", $"{Spec}#volumes", s => Services(s).Where(x => IsStore(x) && !x.Service.At("volumes").Each().Any(v => v.Text()?.Split(':')[0] is { } source ? x.Root.At("volumes") is JsonObject named && named.ContainsKey(source) : v.At("type").Text() == "volume")).Select(x => x.At(x.Service, "its data is in no named volume"))),
        Error("C11", "Logs are rotated, or sent away.", "They fill the disk.", "https://docs.docker.com/engine/logging/drivers/json-file/", s => Services(s).Where(x => x.Service.At("logging") is not { } logging || (logging.At("driver").Text() is null or "json-file" && logging.At("options", "max-size") is null)).Select(x => x.At(x.Service.At("logging"), "its logs grow without end"))),
        Error("C12", "Every service has a time to stop.", "After 10 seconds it is killed, whatever it is doing.", $"{Spec}#stop_grace_period", s => Services(s).Where(x => x.Service.At("stop_grace_period") is null).Select(x => x.At(x.Service, "it has no stop_grace_period"))),
        Error("C13", "What is scaled has no name and no port of its own.", "The second replica cannot start.", $"{Spec}#container_name", s => Services(s).Where(x => (x.Service.At("scale") ?? x.Service.At("deploy", "replicas")).Number() is > 1 && (x.Service.At("container_name") is not null || x.Service.At("ports").Each().Any())).Select(x => x.At(x.Service.At("container_name") ?? x.Service.At("ports"), "it is scaled, and has what only one can have"))),
        Error("C14", "No service is privileged, shares the host's namespaces, or has the host's root or Docker's socket.", "It is root on the host.", Cis, Escapes),
        Error("C15", "The file has a name and no version.", "The name of the folder becomes that of the volumes; the version is obsolete.", $"{Spec}#version-and-name-top-level-elements", s => s.Of(FileKind.Compose).Where(f => f.Root["services"].Members().Any(x => x.Value.At("image") is not null || x.Value.At("build") is not null)).SelectMany(f => Top(f.File, f.Root))),
        Error("C16", "No dashboard is open to whoever finds it.", "Traces and logs show what the system does, and for whom.", "https://aspire.dev/dashboard/security-considerations/", s => Variables(s).Where(v => (v.Name.Contains("ALLOW_ANONYMOUS", StringComparison.OrdinalIgnoreCase) && v.Value is "true" or "1") || (v.Name.EndsWith("FRONTEND__AUTHMODE", StringComparison.OrdinalIgnoreCase) && v.Value == "Unsecured")).Select(v => Breach.At(v.File, v.Node, $"{v.Name}: everybody may see the dashboard"))),
    ];

    private sealed record Entry(CheckedFile File, JsonObject Root, string Name, JsonNode Service)
    {
        public Breach At(JsonNode? node, string message) => Breach.At(File, node ?? Service, $"{Name}: {message}");
    }

    // An overlay, which changes services of another file, has neither image nor build.
    private static IEnumerable<Entry> Services(CheckedSet set) =>
        set.Of(FileKind.Compose).SelectMany(f => f.Root["services"].Members().Where(s => s.Value.At("image") is not null || s.Value.At("build") is not null).Select(s => new Entry(f.File, f.Root, s.Key, s.Value!)));

    private static bool IsStore(Entry x) => IsPostgres(x.Service.At("image").Text()) || IsRedis(x.Service.At("image").Text());

    private static bool IsOnce(JsonNode service) => service.At("restart").Text() is "no" or "on-failure";

    private static bool IsOnceByOthers(Entry x) => x.Root["services"].Members().Any(s => s.Value.At("depends_on", x.Name, "condition").Text() == "service_completed_successfully");

    private static IEnumerable<Breach> Waits(CheckedSet set)
    {
        foreach (var x in Services(set))
        {
            if (x.Service.At("depends_on") is JsonArray list) yield return x.At(list, $"it waits for the start of {string.Join(", ", list.Texts())}, not for their health");
            foreach (var (name, dependency) in x.Service.At("depends_on").Members())
            {
                var other = x.Root.At("services", name);
                var condition = dependency.At("condition").Text() ?? "service_started";
                if (condition == "service_started") yield return x.At(dependency, $"it waits for the start of {name}, not for its health");
                if (condition == "service_healthy" && other is not null && other.At("healthcheck") is null && other.At("image") is not null) yield return x.At(dependency, $"it waits for the health of {name}, which has no health check");
                if (condition == "service_completed_successfully" && other is not null && other.At("restart").Text() is "always" or "unless-stopped") yield return x.At(dependency, $"it waits for the end of {name}, which is started again and again");
            }
        }
    }

    private static IEnumerable<Breach> References(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose).Where(f => f.Root["services"].Members().All(s => s.Value.At("image") is not null || s.Value.At("build") is not null)))
        {
            foreach (var section in Words("networks volumes secrets configs"))
            {
                var defined = root[section].Members().Select(m => m.Key).Append(section == "networks" ? "default" : "\0").ToHashSet(StringComparer.Ordinal);
                var used = root["services"].Members().SelectMany(s => Used(s.Value, section).Select(u => (Service: s.Key, Node: s.Value.At(section), Name: u))).ToArray();
                foreach (var use in used.Where(u => !defined.Contains(u.Name))) yield return Breach.At(file, use.Node, $"{use.Service}: there is no '{use.Name}' among the {section}");
                foreach (var (name, node) in root[section].Members().Where(m => used.All(u => u.Name != m.Key))) yield return Breach.At(file, node ?? root[section], $"nothing uses '{name}' of the {section}");
            }
            var names = root["services"].Members().Select(s => s.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var (name, service) in root["services"].Members())
                foreach (var missing in Dependencies(service).Where(d => !names.Contains(d))) yield return Breach.At(file, service.At("depends_on"), $"{name}: it waits for '{missing}', which is not there");
            foreach (var (name, service) in root["services"].Members().Where(s => Reaches(root, s.Key, s.Key, []))) yield return Breach.At(file, service.At("depends_on"), $"{name}: it waits for itself, by way of others");
        }
    }

    private static IEnumerable<string> Used(JsonNode? service, string section) => section switch
    {
        "networks" => service.At("networks") is JsonObject map ? map.Select(m => m.Key) : service.At("networks").Texts(),
        "volumes" => service.At("volumes").Each().Select(v => v.Text() is { } text ? text.Split(':')[0] : v.At("type").Text() == "volume" ? v.At("source").Text() ?? "" : "").Where(v => v.Length > 0 && v[0] is not ('.' or '/' or '~' or '$')),
        _ => service.At(section).Each().Select(s => s.Text() ?? s.At("source").Text() ?? ""),
    };

    private static IEnumerable<string> Dependencies(JsonNode? service) => service.At("depends_on") is JsonObject map ? map.Select(m => m.Key) : service.At("depends_on").Texts();

    private static bool Reaches(JsonObject root, string from, string to, HashSet<string> seen) =>
        Dependencies(root.At("services", from)).Any(d => d == to || (seen.Add(d) && Reaches(root, d, to, seen)));

    private static IEnumerable<Breach> Stores(CheckedSet set)
    {
        foreach (var x in Services(set).Where(IsStore))
        {
            if (x.Service.At("ports").Each().Any()) yield return x.At(x.Service.At("ports"), "it publishes a port");
            if (!Used(x.Service, "networks").Any() || !Used(x.Service, "networks").All(n => x.Root.At("networks", n, "internal").IsTrue())) yield return x.At(x.Service.At("networks"), "it is in a network that is not internal");
        }
    }

    private static bool IsOpen(JsonNode port)
    {
        if (port is JsonObject map) return map["host_ip"].Text() is not ("127.0.0.1" or "::1") && map["published"].Text() is not (null or "80" or "443");
        var parts = (port.Text() ?? "").Split('/')[0];
        if (parts.StartsWith("127.0.0.1:", StringComparison.Ordinal) || parts.StartsWith("[::1]:", StringComparison.Ordinal)) return false;
        return parts.Split(':')[0] is not ("80" or "443");
    }

    private static IEnumerable<Breach> Hardening(CheckedSet set)
    {
        foreach (var x in Services(set))
        {
            if (!x.Service.At("cap_drop").Contains("ALL")) yield return x.At(x.Service.At("cap_drop"), "it keeps capabilities: cap_drop has no ALL");
            if (!x.Service.At("security_opt").Texts().Any(o => o.StartsWith("no-new-privileges", StringComparison.Ordinal) && !o.EndsWith("false", StringComparison.Ordinal))) yield return x.At(x.Service.At("security_opt"), "it may get new privileges");
            if (!x.Service.At("read_only").IsTrue()) yield return x.At(x.Service.At("read_only"), "its root can be written to");
            if (!x.Service.At("init").IsTrue()) yield return x.At(x.Service.At("init"), "it has no init process");
            if (x.Service.At("build") is not null && x.Service.At("user").Text() is null or "root" or "0") yield return x.At(x.Service.At("user"), "it runs as root, or as whoever the image says");
        }
    }

    private static IEnumerable<Breach> Limits(CheckedSet set)
    {
        foreach (var x in Services(set))
        {
            var limits = x.Service.At("deploy", "resources", "limits");
            var missing = new[] { ("cpus", limits.At("cpus") ?? x.Service.At("cpus")), ("memory", limits.At("memory") ?? x.Service.At("mem_limit")), ("pids", limits.At("pids") ?? x.Service.At("pids_limit")) }.Where(l => l.Item2 is null).Select(l => l.Item1).ToArray();
            if (missing.Length > 0) yield return x.At(limits, $"it has no limit for {string.Join(", ", missing)}");
            else if (x.Service.At("deploy", "resources", "reservations") is null) yield return x.At(limits, "nothing is reserved for it");
        }
    }

    private static IEnumerable<Breach> Escapes(CheckedSet set)
    {
        foreach (var x in Services(set))
        {
            if (x.Service.At("privileged").IsTrue()) yield return x.At(x.Service.At("privileged"), "it is privileged");
            foreach (var key in Words("network_mode pid ipc uts userns_mode").Where(k => x.Service.At(k).Text() == "host")) yield return x.At(x.Service.At(key), $"{key} is the host's");
            foreach (var volume in x.Service.At("volumes").Each())
                if ((volume.Text()?.Split(':')[0] ?? volume.At("source").Text()) is { } source && (source is "/" or "/etc" or "/root" or "/proc" or "/sys" || source.EndsWith("docker.sock", StringComparison.Ordinal))) yield return x.At(volume, $"it has the host's {source}");
        }
    }

    private static IEnumerable<Breach> Top(CheckedFile file, JsonObject root)
    {
        if (root["version"] is { } version) yield return Breach.At(file, version, "'version' is obsolete");
        if (root["name"] is null && root["services"].Members().All(s => s.Value.At("image") is not null || s.Value.At("build") is not null)) yield return Breach.At(file, root, "there is no 'name'");
    }
}
