using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Sentinel.Deployment.Model;

/// <summary>Reads the app model through Aspire's public API into a <see cref="DeploymentModel"/>.</summary>
public static class ModelReader
{
    private const int PostgresPort = 5432;
    private const int RedisPort = 6379;

    /// <summary>Reads and checks.</summary>
    /// <param name="context">Of a publish, so that values stay names.</param>
    /// <param name="appHostDirectory">Folder of the app host's project.</param>
    /// <exception cref="DeploymentFaultException">With everything that is wrong.</exception>
    public static async Task<DeploymentModel> ReadAsync(
        DistributedApplicationModel model, DistributedApplicationExecutionContext context, string appHostDirectory, string version, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        var stores = model.Resources.Select(Store).OfType<StoreModel>().ToArray();
        var services = new List<ServiceModel>();
        foreach (var project in model.Resources.OfType<ProjectResource>())
            services.Add(await ServiceAsync(project, context, model, faults, cancellationToken).ConfigureAwait(false));
        var read = new DeploymentModel("sentinel", version, services, stores, Secrets(model, services, stores), ProjectGraph.Closure(Path.Combine(appHostDirectory, "Sentinel.AppHost.csproj")));
        faults.AddRange(ModelRules.Check(read));
        return faults.Count == 0 ? read : throw new DeploymentFaultException(faults);
    }

    private static StoreModel? Store(IResource resource) => resource switch
    {
        PostgresServerResource postgres => new StoreModel(
            postgres.Name, StoreKind.Postgres, PostgresPort, postgres.Databases.Values.FirstOrDefault() ?? "", "sentinel", postgres.PasswordParameter.Name, Persistent: true),
        RedisResource redis => new StoreModel(redis.Name, StoreKind.Redis, RedisPort, "", "", redis.PasswordParameter?.Name ?? "", Persistent: true),
        _ => null,
    };

    private static async Task<ServiceModel> ServiceAsync(
        ProjectResource project, DistributedApplicationExecutionContext context, DistributedApplicationModel model, List<string> faults, CancellationToken cancellationToken)
    {
        var deployment = project.Annotations.OfType<DeploymentAnnotation>().LastOrDefault() ?? new DeploymentAnnotation();
        var path = project.Annotations.OfType<IProjectMetadata>().Single().ProjectPath;
        var name = Path.GetFileNameWithoutExtension(path);
        var endpoints = project.Annotations.OfType<EndpointAnnotation>().ToArray();
        var kind = deployment.Job ? ServiceKind.Job : deployment.QueueDepth is not null ? ServiceKind.Worker : ServiceKind.Server;
        var port = endpoints.FirstOrDefault(e => e.UriScheme == "http")?.TargetPort ?? 0;
        return new ServiceModel(
            project.Name, kind, name, name.Replace("Sentinel.", "", StringComparison.Ordinal) is var tail ? Kebab(tail) : "", kind == ServiceKind.Job ? 0 : port,
            endpoints.Any(e => e.IsExternal), deployment.Sticky, await ArgumentsAsync(project, context, cancellationToken).ConfigureAwait(false),
            await VariablesAsync(project, context, faults, cancellationToken).ConfigureAwait(false), Dependencies(project, model),
            new ScaleModel(deployment.MinimumReplicas, deployment.MaximumReplicas, deployment.QueueDepth),
            new ResourcesModel(deployment.CpuRequest, deployment.CpuLimit, deployment.MemoryMiB), deployment.GraceSeconds, deployment.Internet, deployment.Tools, ProjectGraph.Closure(path));
    }

    private static async Task<IReadOnlyList<string>> ArgumentsAsync(ProjectResource project, DistributedApplicationExecutionContext context, CancellationToken cancellationToken)
    {
        var arguments = new List<object>();
        var callback = new CommandLineArgsCallbackContext(arguments, project, cancellationToken) { ExecutionContext = context };
        foreach (var annotation in project.Annotations.OfType<CommandLineArgsCallbackAnnotation>()) await annotation.Callback(callback).ConfigureAwait(false);
        return [.. arguments.Select(a => a.ToString() ?? "")];
    }

    private static async Task<IReadOnlyList<VariableModel>> VariablesAsync(
        ProjectResource project, DistributedApplicationExecutionContext context, List<string> faults, CancellationToken cancellationToken)
    {
        var raw = new Dictionary<string, object>(StringComparer.Ordinal);
        var callback = new EnvironmentCallbackContext(context, project, raw, cancellationToken);
        foreach (var annotation in project.Annotations.OfType<EnvironmentCallbackAnnotation>()) await annotation.Callback(callback).ConfigureAwait(false);
        var variables = new List<VariableModel>();
        foreach (var (name, value) in raw)
        {
            // How Aspire hands ports to a process; a container's port is the model's.
            if (name is "PORT" or "HTTP_PORTS") continue;
            variables.AddRange(Variables(name, value, project, faults));
        }
        return [.. variables.DistinctBy(v => v.Name).OrderBy(v => v.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<VariableModel> Variables(string name, object value, ProjectResource project, List<string> faults)
    {
        switch (value is IResourceBuilder<IResource> builder ? builder.Resource : value)
        {
            case string text:
                return [new VariableModel(name, new LiteralValue(text))];
            case ParameterResource { Secret: true } parameter:
                return [new VariableModel(name, new SecretValue(parameter.Name))];
            case ConnectionStringReference { Resource: PostgresDatabaseResource database }:
                return StoreVariables("DATABASE", database.Parent.Name, database.Parent.PasswordParameter.Name);
            case ConnectionStringReference { Resource: RedisResource redis }:
                return StoreVariables("REDIS", redis.Name, redis.PasswordParameter?.Name);
            case EndpointReference { Resource: ProjectResource target }:
                // The same variable on every target, whether or not it can spell .NET's own name for the address.
                return [new VariableModel($"{target.Name.ToUpperInvariant().Replace('-', '_')}_URL", new ServiceAddress(target.Name))];
            default:
                faults.Add($"{project.Name}: the variable {name} holds a {value.GetType().Name}, for which no deployment has a form. Give it a text, a secret parameter, or a reference to a service, a database or Redis.");
                return [];
        }
    }

    private static IEnumerable<VariableModel> StoreVariables(string prefix, string store, string? password)
    {
        yield return new VariableModel($"{prefix}_URL", new StoreAddress(store));
        if (password is not null) yield return new VariableModel($"{prefix}_PASSWORD", new SecretValue(password));
    }

    // A database's health is its server's.
    private static IReadOnlyList<DependencyModel> Dependencies(ProjectResource project, DistributedApplicationModel model) =>
        [.. project.Annotations.OfType<WaitAnnotation>()
            .Select(w => new DependencyModel(w.Resource is IResourceWithParent child ? child.Parent.Name : w.Resource.Name, w.WaitType == WaitType.WaitForCompletion))
            .Where(d => model.Resources.Any(r => r.Name == d.Name)).Distinct().OrderBy(d => d.Name, StringComparer.Ordinal)];

    private static IReadOnlyList<SecretModel> Secrets(DistributedApplicationModel model, IEnumerable<ServiceModel> services, IEnumerable<StoreModel> stores)
    {
        var used = services.SelectMany(s => s.Variables).Select(v => v.Value).OfType<SecretValue>().Select(v => v.Secret)
            .Concat(stores.Select(s => s.Password)).ToHashSet(StringComparer.Ordinal);
        // A store's own password is not among the resources unless the app model made it.
        var parameters = model.Resources.OfType<ParameterResource>()
            .Concat(model.Resources.OfType<PostgresServerResource>().Select(p => p.PasswordParameter))
            .Concat(model.Resources.OfType<RedisResource>().Select(r => r.PasswordParameter).OfType<ParameterResource>());
        return [.. parameters.Where(p => p.Secret && used.Contains(p.Name)).DistinctBy(p => p.Name).Select(p =>
        {
            var store = stores.FirstOrDefault(s => s.Password == p.Name);
            var annotation = p.Annotations.OfType<SecretAnnotation>().LastOrDefault();
            return store is not null
                ? new SecretModel(p.Name, store.Kind == StoreKind.Postgres ? "DATABASE_PASSWORD" : "REDIS_PASSWORD", true, true, $"password of {store.Name}")
                : new SecretModel(p.Name, annotation?.Variable ?? p.Name.ToUpperInvariant().Replace('-', '_'), annotation?.Required ?? true, p.Default is GenerateParameterDefault || annotation?.Required == true, annotation?.Purpose ?? p.Name);
        }).OrderBy(s => s.Name, StringComparer.Ordinal)];
    }

    private static string Kebab(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));
}
