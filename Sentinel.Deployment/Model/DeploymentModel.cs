namespace Sentinel.Deployment.Model;

/// <summary>The whole system as every target deploys it. Read once from the app model, checked, and never changed.</summary>
/// <param name="Name">Name of the installation: a DNS label.</param>
/// <param name="Version">Version of the product that the files belong to.</param>
/// <param name="Services">Servers, workers and one-shot jobs, in the order of the app model.</param>
/// <param name="Stores">PostgreSQL and Redis.</param>
/// <param name="Secrets">What an operator must provide, or may.</param>
/// <param name="Sources">Folders of the projects that make up the app host and everything it starts, sorted.</param>
public sealed record DeploymentModel(
    string Name, string Version, IReadOnlyList<ServiceModel> Services, IReadOnlyList<StoreModel> Stores, IReadOnlyList<SecretModel> Secrets, IReadOnlyList<string> Sources)
{
    /// <summary>Services that keep running.</summary>
    public IEnumerable<ServiceModel> Running => Services.Where(s => s.Kind != ServiceKind.Job);

    /// <summary>One-shot services, which run before the others.</summary>
    public IEnumerable<ServiceModel> Jobs => Services.Where(s => s.Kind == ServiceKind.Job);

    /// <summary>The service of a name.</summary>
    public ServiceModel Service(string name) => Services.Single(s => s.Name == name);

    /// <summary>Where a platform that makes secrets up by service makes one that several share: at the first that reads it. The others refer to it.</summary>
    public ServiceModel HomeOf(SecretModel secret) => Services.First(s => s.Variables.Any(v => v.Value is SecretValue value && value.Secret == secret.Name));

    /// <summary>The store of a kind.</summary>
    public StoreModel Store(StoreKind kind) => Stores.Single(s => s.Kind == kind);
}

/// <summary>What a service does.</summary>
public enum ServiceKind
{
    /// <summary>Answers requests.</summary>
    Server,

    /// <summary>Takes work from the queue; its port serves health and metrics only.</summary>
    Worker,

    /// <summary>Runs once to its end.</summary>
    Job,
}

/// <summary>One image, and how it runs.</summary>
/// <param name="Name">DNS label.</param>
/// <param name="Project">Project that builds the image, such as Sentinel.Api.</param>
/// <param name="Image">Last part of the image's name; services of the same project share it.</param>
/// <param name="Port">Port in the container; 0 for a job.</param>
/// <param name="Public">Whether it is reached from outside.</param>
/// <param name="Sticky">Whether a browser must come back to the same replica (Blazor circuits).</param>
/// <param name="Arguments">Arguments after the entry point.</param>
/// <param name="Variables">Environment, sorted by name; the port is not among them.</param>
/// <param name="WaitsFor">What must be healthy, or have ended well, before it starts.</param>
/// <param name="GraceSeconds">Seconds between SIGTERM and SIGKILL.</param>
/// <param name="Internet">Whether it calls hosts outside the installation.</param>
/// <param name="Tools">Programs beyond .NET that the image needs, such as git.</param>
/// <param name="Sources">Folders of the projects that make up its image, its own among them, sorted.</param>
public sealed record ServiceModel(
    string Name, ServiceKind Kind, string Project, string Image, int Port, bool Public, bool Sticky, IReadOnlyList<string> Arguments,
    IReadOnlyList<VariableModel> Variables, IReadOnlyList<DependencyModel> WaitsFor, ScaleModel Scale, ResourcesModel Resources,
    int GraceSeconds, bool Internet, IReadOnlyList<string> Tools, IReadOnlyList<string> Sources)
{
    /// <summary>Names of the stores it talks to.</summary>
    public IEnumerable<string> Stores => Variables.Select(v => v.Value).OfType<StoreAddress>().Select(a => a.Store).Distinct();

    /// <summary>Names of the services it talks to.</summary>
    public IEnumerable<string> Calls => Variables.Select(v => v.Value).OfType<ServiceAddress>().Select(a => a.Service).Distinct();
}

/// <summary>What must have happened to another resource.</summary>
/// <param name="Completed">True: it ended with exit code 0; false: it is healthy.</param>
public sealed record DependencyModel(string Name, bool Completed);

/// <summary>How many replicas.</summary>
/// <param name="Minimum">At least 1.</param>
/// <param name="Maximum">At least the minimum.</param>
/// <param name="QueueDepth">Waiting scans for each replica that make another one worth while; null: scaled by processor use.</param>
public sealed record ScaleModel(int Minimum, int Maximum, int? QueueDepth)
{
    /// <summary>Processor use, in percent of the request, above which another replica is started.</summary>
    public const int CpuPercent = 70;
}

/// <summary>What one replica is given.</summary>
/// <param name="CpuRequest">Thousandths of a core it is sure to get.</param>
/// <param name="CpuLimit">Thousandths of a core it may use.</param>
/// <param name="MemoryMiB">Memory, guaranteed and not to be exceeded.</param>
public sealed record ResourcesModel(int CpuRequest, int CpuLimit, int MemoryMiB);

/// <summary>One environment variable.</summary>
public sealed record VariableModel(string Name, VariableValue Value);

/// <summary>What a variable holds.</summary>
public abstract record VariableValue;

/// <summary>A text that is no secret.</summary>
public sealed record LiteralValue(string Text) : VariableValue;

/// <summary>A secret, from the target's secret store.</summary>
public sealed record SecretValue(string Secret) : VariableValue;

/// <summary>The address of a store, without its password.</summary>
public sealed record StoreAddress(string Store) : VariableValue;

/// <summary>The internal URL of another service.</summary>
public sealed record ServiceAddress(string Service) : VariableValue;

/// <summary>Kinds of stores.</summary>
public enum StoreKind
{
    /// <summary>The truth.</summary>
    Postgres,

    /// <summary>The queue's order, and live messages.</summary>
    Redis,
}

/// <summary>A store that Sentinel needs.</summary>
/// <param name="Database">Name of the database; empty for Redis.</param>
/// <param name="User">Name of the user; empty for Redis' default user.</param>
/// <param name="Password">Name of the secret that is its password.</param>
/// <param name="Persistent">Whether its data must survive a restart.</param>
public sealed record StoreModel(string Name, StoreKind Kind, int Port, string Database, string User, string Password, bool Persistent);

/// <summary>A secret.</summary>
/// <param name="Name">Kebab-case.</param>
/// <param name="Variable">The variable that services read it from.</param>
/// <param name="Required">Whether nothing starts without it.</param>
/// <param name="Generated">Whether any random text will do, so that a target may make it up.</param>
/// <param name="Purpose">For the person who fills it in.</param>
public sealed record SecretModel(string Name, string Variable, bool Required, bool Generated, string Purpose)
{
    /// <summary>Name of the file that holds it.</summary>
    public string File => Name.Replace('-', '_');
}
