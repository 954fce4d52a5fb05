using System.Text.Json.Nodes;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Railway;

/// <summary>
/// Railway's config as code, a file for each service (https://docs.railway.com/reference/config-as-code), and its variables, which
/// Railway keeps in the project: each .variables file is what to paste into the raw editor.
/// </summary>
internal static class RailwayEmitter
{
    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        foreach (var service in model.Running)
        {
            yield return new GeneratedFile($"railway/{service.Name}.json", Configuration(service, model).ToText());
            yield return new GeneratedFile($"railway/{service.Name}.variables", Variables(service, model));
        }
    }

    private static JsonObject Configuration(ServiceModel service, DeploymentModel model)
    {
        var deploy = new JsonObject();
        // Once for each deploy and before any traffic.
        if (model.Jobs.FirstOrDefault(j => j.Image == service.Image) is { } job)
            deploy["preDeployCommand"] = List($"dotnet {ContainerImages.Assembly(job)} {string.Join(' ', job.Arguments)}");
        if (service.Kind == ServiceKind.Server)
        {
            deploy["healthcheckPath"] = "/ready";
            deploy["healthcheckTimeout"] = 120;
        }
        deploy["numReplicas"] = service.Sticky ? 1 : service.Scale.Minimum;
        deploy["restartPolicyType"] = "ALWAYS";
        deploy["overlapSeconds"] = service.Kind == ServiceKind.Server ? 10 : 0;
        deploy["drainingSeconds"] = service.GraceSeconds;
        return new JsonObject
        {
            ["$schema"] = "https://railway.com/railway.schema.json",
            ["build"] = new JsonObject
            {
                ["builder"] = "DOCKERFILE",
                ["dockerfilePath"] = $"deploy/docker/{service.Image}.Dockerfile",
                ["watchPatterns"] = List(DockerfileEmitter.Inputs(service).Select(p => $"/{p}{(p.StartsWith("Sentinel.", StringComparison.Ordinal) ? "/**" : "")}")),
            },
            ["deploy"] = deploy,
        };
    }

    private static string Variables(ServiceModel service, DeploymentModel model)
    {
        var lines = ServiceEnvironment.Common(service).Where(v => v.Key != "SENTINEL_CACHE_DIR").Select(v => $"{v.Key}={v.Value}")
            .Concat(service.Tools.Contains("git") ? ["SENTINEL_CACHE_DIR=/tmp/sentinel"] : Array.Empty<string>())
            .Concat(service.Variables.Select(v => Variable(v, service, model)).OfType<string>());
        return $"# {GeneratedFile.Notice}\n# {service.Name}: paste into the raw editor of its variables. Names in ${{{{…}}}} are the other services of the project.\n{string.Concat(lines.Select(l => l + "\n"))}";
    }

    private static string? Variable(VariableModel variable, ServiceModel service, DeploymentModel model) => variable.Value switch
    {
        LiteralValue literal => $"{variable.Name}={literal.Text}",
        // Railway's addresses carry the password.
        SecretValue secret when model.Stores.Any(s => s.Password == secret.Secret) => null,
        SecretValue value when model.Secrets.Single(s => s.Name == value.Secret) is { Generated: true } secret =>
            model.HomeOf(secret) is var home && home == service ? $"{variable.Name}=${{{{secret(64)}}}}" : $"{variable.Name}=${{{{{home.Name}.{variable.Name}}}}}",
        SecretValue secret => $"# {variable.Name}= ({model.Secrets.Single(s => s.Name == secret.Secret).Purpose}; seal it)",
        StoreAddress address when model.Stores.Single(s => s.Name == address.Store).Kind == StoreKind.Postgres => $"{variable.Name}=${{{{Postgres.DATABASE_URL}}}}",
        StoreAddress => $"{variable.Name}=${{{{Redis.REDIS_URL}}}}",
        ServiceAddress address => $"{variable.Name}=http://${{{{{address.Service}.RAILWAY_PRIVATE_DOMAIN}}}}:{model.Service(address.Service).Port}",
        _ => throw new InvalidOperationException($"{variable.Name} has no form for Railway."),
    };
}
