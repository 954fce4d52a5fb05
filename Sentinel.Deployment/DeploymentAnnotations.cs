using Aspire.Hosting.ApplicationModel;

namespace Sentinel.Deployment;

/// <summary>How a service is deployed, where .NET Aspire's own annotations have no word for it.</summary>
internal sealed record DeploymentAnnotation : IResourceAnnotation
{
    public int MinimumReplicas { get; init; } = 1;

    public int MaximumReplicas { get; init; } = 1;

    public int? QueueDepth { get; init; }

    public int CpuRequest { get; init; } = 250;

    public int CpuLimit { get; init; } = 1000;

    public int MemoryMiB { get; init; } = 512;

    public int GraceSeconds { get; init; } = 30;

    public bool Internet { get; init; }

    public bool Sticky { get; init; }

    public bool Job { get; init; }

    public IReadOnlyList<string> Tools { get; init; } = [];
}

/// <summary>What a secret is for.</summary>
internal sealed record SecretAnnotation(string Variable, string Purpose, bool Required) : IResourceAnnotation;

/// <summary>Words of the app model that only a deployment needs.</summary>
public static class DeploymentExtensions
{
    /// <summary>Replicas, by processor use.</summary>
    public static IResourceBuilder<T> WithScale<T>(this IResourceBuilder<T> builder, int minimum, int maximum) where T : IResource =>
        builder.Change(d => d with { MinimumReplicas = minimum, MaximumReplicas = maximum });

    /// <summary>Replicas, by the number of scans that wait for each.</summary>
    public static IResourceBuilder<T> WithQueueScale<T>(this IResourceBuilder<T> builder, int minimum, int maximum, int scansPerReplica) where T : IResource =>
        builder.Change(d => d with { MinimumReplicas = minimum, MaximumReplicas = maximum, QueueDepth = scansPerReplica });

    /// <summary>What a replica is given.</summary>
    /// <param name="cpuRequest">Thousandths of a core.</param>
    /// <param name="cpuLimit">Thousandths of a core.</param>
    public static IResourceBuilder<T> WithResources<T>(this IResourceBuilder<T> builder, int cpuRequest, int cpuLimit, int memoryMiB) where T : IResource =>
        builder.Change(d => d with { CpuRequest = cpuRequest, CpuLimit = cpuLimit, MemoryMiB = memoryMiB });

    /// <summary>Time between SIGTERM and SIGKILL, in seconds.</summary>
    public static IResourceBuilder<T> WithGracePeriod<T>(this IResourceBuilder<T> builder, int seconds) where T : IResource =>
        builder.Change(d => d with { GraceSeconds = seconds });

    /// <summary>It calls hosts outside the installation (GitHub, a model).</summary>
    public static IResourceBuilder<T> WithInternetAccess<T>(this IResourceBuilder<T> builder) where T : IResource => builder.Change(d => d with { Internet = true });

    /// <summary>A browser must come back to the replica it talks to.</summary>
    public static IResourceBuilder<T> WithStickySessions<T>(this IResourceBuilder<T> builder) where T : IResource => builder.Change(d => d with { Sticky = true });

    /// <summary>It runs once, before what waits for it.</summary>
    public static IResourceBuilder<T> AsJob<T>(this IResourceBuilder<T> builder) where T : IResource => builder.Change(d => d with { Job = true });

    /// <summary>Programs that its image needs beyond .NET.</summary>
    public static IResourceBuilder<T> WithTools<T>(this IResourceBuilder<T> builder, params string[] tools) where T : IResource => builder.Change(d => d with { Tools = tools });

    /// <summary>What an operator is told about a secret.</summary>
    /// <param name="variable">The variable that services read it from.</param>
    /// <param name="required">Whether nothing starts without it.</param>
    public static IResourceBuilder<ParameterResource> WithPurpose(this IResourceBuilder<ParameterResource> builder, string variable, string purpose, bool required = false) =>
        builder.WithAnnotation(new SecretAnnotation(variable, purpose, required), ResourceAnnotationMutationBehavior.Replace);

    private static IResourceBuilder<T> Change<T>(this IResourceBuilder<T> builder, Func<DeploymentAnnotation, DeploymentAnnotation> change) where T : IResource =>
        builder.WithAnnotation(change(builder.Resource.Annotations.OfType<DeploymentAnnotation>().LastOrDefault() ?? new DeploymentAnnotation()), ResourceAnnotationMutationBehavior.Replace);
}
