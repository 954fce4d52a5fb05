using System.Globalization;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Render;

/// <summary>Blueprints for Render: https://render.com/docs/blueprint-spec.</summary>
internal static class RenderEmitter
{
    // Services find each other by private addresses only within one region.
    private const string Region = "frankfurt";
    private const string FreeName = "sentinel";

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        yield return new GeneratedFile("render/render.yaml", ManifestYaml.Write(
            $"{GeneratedFile.Notice}\nCopy to the root of the repository, or name its path when you create the Blueprint.",
            new JsonObject
            {
                ["databases"] = Items(Database(model, "basic-1gb")),
                ["services"] = Items([KeyValue(model, "starter"), .. model.Running.Select(s => Service(s, model))]),
            }));
        yield return new GeneratedFile("render/render-free.yaml", ManifestYaml.Write(
            $"""
            {GeneratedFile.Notice}
            Free of charge, for trying Sentinel out: one container with every part. It sleeps after 15 minutes without a request (GitHub's
            webhooks wake it, and the first may time out), has 512 MB of memory and one worker, and Render removes a free database after 30 days.
            """,
            new JsonObject
            {
                ["databases"] = Items(Database(model, "free")),
                ["services"] = Items(KeyValue(model, "free"), FreeService(model)),
            }));
    }

    private static JsonObject Database(DeploymentModel model, string plan)
    {
        var store = model.Store(StoreKind.Postgres);
        return new JsonObject
        {
            ["name"] = Name(model, store.Name),
            ["databaseName"] = store.Database,
            ["user"] = store.User,
            ["region"] = Region,
            ["plan"] = plan,
            ["postgresMajorVersion"] = "17",
            ["ipAllowList"] = new JsonArray(),
        };
    }

    private static JsonObject KeyValue(DeploymentModel model, string plan) => new()
    {
        ["type"] = "keyvalue",
        ["name"] = Name(model, model.Store(StoreKind.Redis).Name),
        ["region"] = Region,
        ["plan"] = plan,
        // A queue: nothing in it may be thrown away.
        ["maxmemoryPolicy"] = "noeviction",
        ["ipAllowList"] = new JsonArray(),
    };

    private static JsonObject Service(ServiceModel service, DeploymentModel model)
    {
        var blueprint = new JsonObject
        {
            ["type"] = Type(service),
            ["name"] = Name(model, service.Name),
            ["runtime"] = "docker",
            ["region"] = Region,
            ["plan"] = Plan(service),
            ["dockerfilePath"] = $"./deploy/docker/{service.Image}.Dockerfile",
            ["dockerContext"] = ".",
        };
        if (service.Arguments.Count > 0) blueprint["dockerCommand"] = string.Join(' ', service.Arguments);
        // Once for each deploy and before any traffic; the other services wait for what it does.
        if (model.Jobs.FirstOrDefault(j => j.Image == service.Image) is { } job)
            blueprint["preDeployCommand"] = $"dotnet {ContainerImages.Assembly(job)} {string.Join(' ', job.Arguments)}";
        // Without sticky sessions a circuit must find its own replica again, so there is one.
        blueprint["numInstances"] = service.Sticky ? 1 : service.Scale.Minimum;
        if (service.Public) blueprint["healthCheckPath"] = "/ready";
        blueprint["maxShutdownDelaySeconds"] = service.GraceSeconds;
        blueprint["autoDeployTrigger"] = "checksPass";
        blueprint["buildFilter"] = new JsonObject { ["paths"] = List(DockerfileEmitter.Inputs(service).Select(p => p.Contains('.', StringComparison.Ordinal) && !p.StartsWith("Sentinel.", StringComparison.Ordinal) ? p : $"{p}/**")) };
        blueprint["envVars"] = Items([
            .. ServiceEnvironment.Common(service).Where(v => v.Key != "SENTINEL_CACHE_DIR").Select(v => Value(v.Key, v.Value)),
            // Render's file systems can be written to, and are thrown away with the instance.
            .. service.Tools.Contains("git") ? [Value("SENTINEL_CACHE_DIR", "/tmp/sentinel")] : Array.Empty<JsonObject>(),
            .. service.Variables.Select(v => Variable(v, service, model)).OfType<JsonObject>()]);
        return blueprint;
    }

    private static JsonObject FreeService(DeploymentModel model)
    {
        var secrets = model.Secrets.Where(s => model.Stores.All(t => t.Password != s.Name));
        return new JsonObject
        {
            ["type"] = "web",
            ["name"] = FreeName,
            ["runtime"] = "docker",
            ["region"] = Region,
            ["plan"] = "free",
            ["dockerfilePath"] = $"./deploy/docker/{AllInOneImage.Name}.Dockerfile",
            ["dockerContext"] = ".",
            ["numInstances"] = 1,
            ["healthCheckPath"] = "/ready",
            ["maxShutdownDelaySeconds"] = 30,
            ["autoDeployTrigger"] = "checksPass",
            ["envVars"] = Items([
                Value("PORT", Number(AllInOneImage.Port(model))),
                Value("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true"),
                FromDatabase("DATABASE_URL", Name(model, model.Store(StoreKind.Postgres).Name)),
                FromService("REDIS_URL", "keyvalue", Name(model, model.Store(StoreKind.Redis).Name), "connectionString"),
                .. secrets.Select(s => Secret(s.Variable, s))]),
        };
    }

    private static JsonObject? Variable(VariableModel variable, ServiceModel service, DeploymentModel model) => variable.Value switch
    {
        LiteralValue literal => Value(variable.Name, literal.Text),
        // Render's addresses carry the password.
        SecretValue secret when model.Stores.Any(s => s.Password == secret.Secret) => null,
        SecretValue value when model.Secrets.Single(s => s.Name == value.Secret) is var secret => secret.Generated && model.HomeOf(secret) is var home && home != service
            ? FromVariable(variable.Name, Type(home), Name(model, home.Name))
            : Secret(variable.Name, secret),
        StoreAddress address when model.Stores.Single(s => s.Name == address.Store).Kind == StoreKind.Postgres => FromDatabase(variable.Name, Name(model, address.Store)),
        StoreAddress address => FromService(variable.Name, "keyvalue", Name(model, address.Store), "connectionString"),
        ServiceAddress address => FromService(variable.Name, Type(model.Service(address.Service)), Name(model, address.Service), "hostport"),
        _ => throw new InvalidOperationException($"{service.Name}: {variable.Name} has no form for Render."),
    };

    private static JsonObject Value(string key, string value) => new() { ["key"] = key, ["value"] = value };

    // Any text will do, or the person is asked for it when the Blueprint is created.
    private static JsonObject Secret(string key, SecretModel secret) => secret.Generated ? new JsonObject { ["key"] = key, ["generateValue"] = true } : new JsonObject { ["key"] = key, ["sync"] = false };

    // https://render.com/docs/blueprint-spec#referencing-a-value-from-another-resource
    private static JsonObject FromVariable(string key, string type, string name) =>
        new() { ["key"] = key, ["fromService"] = new JsonObject { ["type"] = type, ["name"] = name, ["envVarKey"] = key } };

    private static JsonObject FromDatabase(string key, string name) => new() { ["key"] = key, ["fromDatabase"] = new JsonObject { ["name"] = name, ["property"] = "connectionString" } };

    private static JsonObject FromService(string key, string type, string name, string property) =>
        new() { ["key"] = key, ["fromService"] = new JsonObject { ["type"] = type, ["name"] = name, ["property"] = property } };

    private static string Type(ServiceModel service) => service switch
    {
        { Kind: ServiceKind.Worker } => "worker",
        { Public: true } => "web",
        _ => "pserv",
    };

    // 512 MB and half a core; 2 GB and one core: https://render.com/pricing.
    private static string Plan(ServiceModel service) => service.Resources.MemoryMiB <= 512 ? "starter" : "standard";

    private static string Name(DeploymentModel model, string name) => $"{model.Name}-{name}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
