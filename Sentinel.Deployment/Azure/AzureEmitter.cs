using System.Text.Json.Nodes;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Azure;

/// <summary>
/// What the Azure Developer CLI needs to put the app host into Azure Container Apps: azure.yaml, and .NET Aspire's manifest
/// (https://aspire.dev/deployment/manifest-format/).
/// </summary>
internal static class AzureEmitter
{
    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        yield return new GeneratedFile("azure/azure.yaml", ManifestYaml.Write(
            $"{GeneratedFile.Notice}\nazd up, in this folder.",
            new JsonObject
            {
                ["name"] = model.Name,
                ["metadata"] = new JsonObject { ["template"] = $"{model.Name}@{model.Version}" },
                ["services"] = new JsonObject
                {
                    [model.Name] = new JsonObject { ["project"] = "../../Sentinel.AppHost/Sentinel.AppHost.csproj", ["language"] = "dotnet", ["host"] = "containerapp" },
                },
            }));
        yield return new GeneratedFile("azure/aspire-manifest.json", Manifest(model, "../.."));
    }

    /// <summary>The manifest.</summary>
    /// <param name="root">Path from the manifest's folder to the folder that the projects are in, with forward slashes.</param>
    public static string Manifest(DeploymentModel model, string root)
    {
        var resources = new JsonObject();
        foreach (var secret in model.Secrets) resources[secret.Name] = Parameter(secret);
        foreach (var store in model.Stores) AddStore(resources, store);
        foreach (var service in model.Services) resources[service.Name] = Project(service, model, root);
        return new JsonObject { ["$schema"] = "https://json.schemastore.org/aspire-8.0.json", ["resources"] = resources }.ToText();
    }

    private static JsonObject Parameter(SecretModel secret)
    {
        var value = new JsonObject { ["type"] = "string", ["secret"] = true };
        value["default"] = secret.Generated
            ? new JsonObject { ["generate"] = new JsonObject { ["minLength"] = 40, ["special"] = false } }
            : new JsonObject { ["value"] = "" };
        return new JsonObject { ["type"] = "parameter.v0", ["value"] = $"{{{secret.Name}.inputs.value}}", ["inputs"] = new JsonObject { ["value"] = value } };
    }

    private static void AddStore(JsonObject resources, StoreModel store)
    {
        var (host, port, password) = ($"{{{store.Name}.bindings.tcp.host}}", $"{{{store.Name}.bindings.tcp.port}}", $"{{{store.Password}.value}}");
        var postgres = store.Kind == StoreKind.Postgres;
        var container = new JsonObject
        {
            ["type"] = "container.v0",
            ["connectionString"] = postgres ? $"Host={host};Port={port};Username={store.User};Password={password}" : $"{host}:{port},password={password}",
            ["image"] = postgres ? ContainerImages.Postgres : ContainerImages.Redis,
        };
        // The server reads its settings from a shell, so that the password is in no argument that the model could show.
        if (!postgres)
        {
            container["entrypoint"] = "/bin/sh";
            container["args"] = List("-c", "umask 077; printf 'requirepass %s\\n' \"$REDIS_PASSWORD\" > /tmp/secret.conf; exec valkey-server /tmp/secret.conf --appendonly yes --maxmemory-policy noeviction --dir /data --save ''");
        }
        container["volumes"] = Items(new JsonObject { ["name"] = $"{store.Name}-data", ["target"] = postgres ? "/var/lib/postgresql/data" : "/data", ["readOnly"] = false });
        container["env"] = Texts(postgres
            ? [("PGDATA", "/var/lib/postgresql/data/pgdata"), ("POSTGRES_DB", store.Database), ("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256"), ("POSTGRES_PASSWORD", password), ("POSTGRES_USER", store.User)]
            : [("REDIS_PASSWORD", password)]);
        container["bindings"] = new JsonObject { ["tcp"] = new JsonObject { ["scheme"] = "tcp", ["protocol"] = "tcp", ["transport"] = "tcp", ["targetPort"] = store.Port } };
        resources[store.Name] = container;
        if (postgres) resources[store.Database] = new JsonObject { ["type"] = "value.v0", ["connectionString"] = $"{{{store.Name}.connectionString}};Database={store.Database}" };
    }

    private static JsonObject Project(ServiceModel service, DeploymentModel model, string root)
    {
        var project = new JsonObject { ["type"] = "project.v0", ["path"] = $"{root}/{service.Project}/{service.Project}.csproj" };
        if (service.Arguments.Count > 0) project["args"] = List(service.Arguments);
        var common = ServiceEnvironment.Common(service).Where(v => v.Key is not ("PORT" or "SENTINEL_CACHE_DIR"));
        project["env"] = Texts(common
            .Concat(service.Port > 0 ? [("PORT", $"{{{service.Name}.bindings.http.targetPort}}")] : [])
            .Concat(service.Tools.Contains("git") ? [("SENTINEL_CACHE_DIR", "/tmp/sentinel")] : [])
            .Concat(service.Variables.SelectMany(v => Variable(v, model))).OrderBy(v => v.Item1, StringComparer.Ordinal));
        if (service.Port == 0) return project;
        var binding = new JsonObject { ["scheme"] = "http", ["protocol"] = "tcp", ["transport"] = "http", ["targetPort"] = service.Port };
        if (service.Public) binding["external"] = true;
        project["bindings"] = new JsonObject { ["http"] = binding };
        return project;
    }

    private static IEnumerable<(string, string)> Variable(VariableModel variable, DeploymentModel model) => variable.Value switch
    {
        LiteralValue literal => [(variable.Name, literal.Text)],
        SecretValue secret when model.Stores.Any(s => s.Password == secret.Secret) => [],
        SecretValue secret => [(variable.Name, $"{{{secret.Secret}.value}}")],
        StoreAddress address => [(variable.Name, model.Stores.Single(s => s.Name == address.Store) is { Kind: StoreKind.Postgres } store ? $"{{{store.Database}.connectionString}}" : $"{{{address.Store}.connectionString}}")],
        ServiceAddress address => [(variable.Name, $"{{{address.Service}.bindings.http.url}}")],
        _ => throw new InvalidOperationException($"{variable.Name} has no form for .NET Aspire's manifest."),
    };
}
