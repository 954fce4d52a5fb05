using System.Text.Json.Nodes;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>R: Render's Blueprints.</summary>
internal static class RenderRules
{
    private const string Spec = "https://render.com/docs/blueprint-spec";

    private static readonly Dictionary<string, string[]> Properties = new(StringComparer.Ordinal)
    {
        ["keyvalue"] = ["connectionString", "host", "port", "hostport"],
        ["redis"] = ["connectionString", "host", "port", "hostport"],
        ["web"] = ["host", "port", "hostport"],
        ["pserv"] = ["host", "port", "hostport"],
    };

    public static IEnumerable<CheckRule> All =>
    [
        Error("R2", "Every database and service that a variable names is there, of that type, and has that property.", "The Blueprint is refused, or the variable stays empty.", Spec, References),
        Error("R3", "Stores let nobody in from outside; Key Value throws nothing away.", "Without the list a Key Value instance is refused, and a database is open to the internet.", $"{Spec}#key-value", Stores),
        Error("R4", "Secrets are asked for or made up, and not in a group.", "In a group 'sync: false' is silently ignored.", $"{Spec}#environment-variables", s => Files(s).SelectMany(f => f.Root["envVarGroups"].Each().SelectMany(g => g.At("envVars").Each()).Where(v => v.At("sync") is not null || v.At("fromDatabase") is not null || v.At("fromService") is not null).Select(v => Breach.At(f.File, v, $"{v.At("key").Text()} does not work in a group")))),
        Error("R5", "Public services say how their health is asked; workers have no port.", "A deploy goes live before it answers.", $"{Spec}#service-fields", s => Services(s).Where(x => (Type(x.Service) == "web" && x.Service.At("runtime").Text() != "static" && x.Service.At("healthCheckPath") is null) || (Type(x.Service) is "worker" or "pserv" && (x.Service.At("healthCheckPath") ?? x.Service.At("domains")) is not null)).Select(x => x.At(x.Service, Type(x.Service) == "web" ? "it has no healthCheckPath" : "it has what only a web service has"))),
        Error("R6", "Everything is in one region.", "The private network ends at the region.", "https://render.com/docs/private-network", s => Files(s).SelectMany(f => f.Root["services"].Each().Concat(f.Root["databases"].Each()).Where(x => x.At("runtime").Text() != "static").ToArray() is var all && all.Select(x => x.At("region").Text() ?? "oregon").Distinct().Count() > 1 ? all.GroupBy(x => x.At("region").Text() ?? "oregon").OrderBy(g => g.Count()).First().Select(x => Breach.At(f.File, x.At("region") ?? x, $"{x.At("name").Text()} is in another region")) : [])),
        Error("R7", "One service has a pre-deploy command, and none that is free.", "Free services have none; two run the migrations twice.", "https://render.com/docs/deploys#pre-deploy-command", s => Services(s).Where(x => x.Service.At("preDeployCommand") is not null && x.Service.At("plan").Text() == "free").Select(x => x.At(x.Service.At("preDeployCommand"), "a free service has no pre-deploy command"))),
        Error("R8", "Workers and private services are not free; scaling is a number or a range, and goes without a disk.", "The Blueprint is refused.", "https://render.com/docs/free", Plans),
        Error("R9", "The Dockerfile is there.", "The build fails.", "https://render.com/docs/docker", s => Services(s).Where(x => x.Service.At("dockerfilePath").Text() is { } path && s.TextsOf(FileKind.Dockerfile).Any() && !s.TextsOf(FileKind.Dockerfile).Any(d => path.TrimStart('.', '/').EndsWith(d.Path.Split('/')[^1], StringComparison.Ordinal))).Select(x => x.At(x.Service.At("dockerfilePath"), $"{x.Service.At("dockerfilePath").Text()} is not among the files"))),
        Error("R10", "Deploys wait for the checks; no key is of an older form.", "What fails in CI goes live.", $"{Spec}#autodeploytrigger", s => Services(s).Where(x => IsBuilt(x.Service) && (x.Service.At("autoDeployTrigger").Text() is not ("checksPass" or "off") || x.Service.At("autoDeploy") is not null || x.Service.At("env") is not null)).Select(x => x.At(x.Service.At("autoDeployTrigger") ?? x.Service.At("autoDeploy"), "it does not wait for the checks, or has a key of an older form"))),
        Warning("R11", "Each of several services says which files it is built from.", "Every push builds and restarts them all.", $"{Spec}#buildfilter", s => Files(s).Where(f => f.Root["services"].Each().Count(IsBuilt) > 1).SelectMany(f => f.Root["services"].Each().Where(x => IsBuilt(x) && !x.At("buildFilter", "paths").Each().Any()).Select(x => Breach.At(f.File, x, $"{x.At("name").Text()}: it has no buildFilter with paths")))),
        Error("R12", "Services that listen say on which port.", "Render sets 10000, and looks for an answer there.", "https://render.com/docs/web-services#port-binding", s => Services(s).Where(x => Type(x.Service) is "web" or "pserv" && x.Service.At("runtime").Text() == "docker" && x.Service.At("envVars").Each().All(v => v.At("key").Text() != "PORT")).Select(x => x.At(x.Service, "it has no PORT"))),
        Error("R13", "Services have the time to stop that they need.", "After 30 seconds they are killed, whatever they are doing.", $"{Spec}#maxshutdowndelayseconds", s => Services(s).Where(x => IsBuilt(x.Service) && x.Service.At("maxShutdownDelaySeconds") is null).Select(x => x.At(x.Service, "it has no maxShutdownDelaySeconds"))),
        Error("R14", "The version of PostgreSQL is a text.", "It cannot be changed later, and a number is refused.", $"{Spec}#postgresmajorversion", s => Files(s).SelectMany(f => f.Root["databases"].Each().Where(d => d.At("postgresMajorVersion") is not JsonValue v || v.GetValueKind() != System.Text.Json.JsonValueKind.String).Select(d => Breach.At(f.File, d.At("postgresMajorVersion") ?? d, $"{d.At("name").Text()}: postgresMajorVersion is no text")))),
        Error("R15", "Every name is there once.", "The Blueprint is refused.", Spec, s => Files(s).SelectMany(f => f.Root["services"].Each().Concat(f.Root["databases"].Each()).GroupBy(x => x.At("name").Text()).Where(g => g.Count() > 1).Select(g => Breach.At(f.File, g.Last(), $"there are two '{g.Key}'")))),
    ];

    private sealed record Entry(CheckedFile File, JsonNode Service)
    {
        public Breach At(JsonNode? node, string message) => Breach.At(File, node ?? Service, $"{Service.At("name").Text()}: {message}");
    }

    private static IEnumerable<(CheckedFile File, JsonObject Root)> Files(CheckedSet set) => set.Of(FileKind.Render);

    private static IEnumerable<Entry> Services(CheckedSet set) => Files(set).SelectMany(f => f.Root["services"].Each().Select(s => new Entry(f.File, s)));

    private static string Type(JsonNode service) => service.At("type").Text() ?? "";

    private static bool IsBuilt(JsonNode service) => service.At("runtime").Text() is not (null or "image" or "static");

    private static IEnumerable<Breach> References(CheckedSet set)
    {
        foreach (var (file, root) in Files(set))
        {
            var databases = root["databases"].Each().Select(d => d.At("name").Text()).ToHashSet();
            var services = root["services"].Each().GroupBy(s => s.At("name").Text() ?? "").ToDictionary(g => g.Key, g => Type(g.First()));
            foreach (var variable in root["services"].Each().SelectMany(s => s.At("envVars").Each()))
            {
                if (variable.At("fromDatabase") is { } database && !databases.Contains(database.At("name").Text())) yield return Breach.At(file, database, $"{variable.At("key").Text()}: there is no database '{database.At("name").Text()}'");
                if (variable.At("fromService") is not { } service) continue;
                var (name, type, property) = (service.At("name").Text() ?? "", service.At("type").Text() ?? "", service.At("property").Text());
                if (!services.TryGetValue(name, out var actual)) yield return Breach.At(file, service, $"{variable.At("key").Text()}: there is no service '{name}'");
                else if (actual != type) yield return Breach.At(file, service, $"{variable.At("key").Text()}: '{name}' is of the type {actual}, not {type}");
                else if (property is not null && Properties.TryGetValue(type, out var allowed) && !allowed.Contains(property)) yield return Breach.At(file, service, $"{variable.At("key").Text()}: a {type} has no property {property}");
            }
        }
    }

    private static IEnumerable<Breach> Stores(CheckedSet set)
    {
        foreach (var (file, root) in Files(set))
        {
            foreach (var store in root["databases"].Each().Concat(root["services"].Each().Where(s => Type(s) is "keyvalue" or "redis")).Where(s => s.At("ipAllowList") is not JsonArray { Count: 0 })) yield return Breach.At(file, store.At("ipAllowList") ?? store, $"{store.At("name").Text()} lets in whoever is on its list, or everybody");
            foreach (var store in root["services"].Each().Where(s => Type(s) is "keyvalue" or "redis" && s.At("maxmemoryPolicy").Text() != "noeviction")) yield return Breach.At(file, store.At("maxmemoryPolicy") ?? store, $"{store.At("name").Text()} throws away what is in the queue");
        }
    }

    private static IEnumerable<Breach> Plans(CheckedSet set)
    {
        foreach (var x in Services(set))
        {
            if (Type(x.Service) is "worker" or "pserv" && x.Service.At("plan").Text() == "free") yield return x.At(x.Service.At("plan"), $"a {Type(x.Service)} is never free");
            if (x.Service.At("numInstances") is not null && x.Service.At("scaling") is not null) yield return x.At(x.Service.At("scaling"), "it has a number and a range of instances");
            if (x.Service.At("scaling") is { } scaling && (x.Service.At("disk") is not null || scaling.At("minInstances").Number() > scaling.At("maxInstances").Number() || scaling.At("maxInstances").Number() > 100)) yield return x.At(scaling, "its range is wrong, or it has a disk");
        }
    }
}
