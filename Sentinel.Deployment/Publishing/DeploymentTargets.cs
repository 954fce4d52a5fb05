using Sentinel.Deployment.Aws;
using Sentinel.Deployment.Azure;
using Sentinel.Deployment.Compose;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Kubernetes;
using Sentinel.Deployment.LogShipping;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using Sentinel.Deployment.Railway;
using Sentinel.Deployment.Render;

namespace Sentinel.Deployment.Publishing;

/// <summary>Every target by the name that a person gives it. An emitter is pure: the model in, files out.</summary>
internal static class DeploymentTargets
{
    /// <summary>All of them.</summary>
    public const string All = "all";

    // Each writes into a folder of its own name.
    private static readonly (string Name, Func<DeploymentModel, IEnumerable<GeneratedFile>> Emit)[] Table =
    [
        ("docker", m => [.. DockerfileEmitter.Emit(m), .. FireLens.Emit().Where(f => f.Path.StartsWith("docker/", StringComparison.Ordinal))]),
        ("compose", ComposeEmitter.Emit),
        ("kubernetes", m => [.. KubernetesEmitter.Emit(m), .. ClusterShipping.Emit(m)]),
        ("helm", HelmEmitter.Emit),
        ("render", RenderEmitter.Emit),
        ("railway", RailwayEmitter.Emit),
        ("ecs", m => [.. EcsEmitter.Emit(m), .. FireLens.Emit().Where(f => f.Path.StartsWith("ecs/", StringComparison.Ordinal))]),
        ("ec2", Ec2Emitter.Emit),
        ("azure", AzureEmitter.Emit),
    ];

    /// <summary>Names, in the order in which they are written.</summary>
    public static IEnumerable<string> Names => Table.Select(t => t.Name);

    /// <summary>The files of the targets, ordered by path.</summary>
    /// <param name="names">Names of targets, or <see cref="All"/>. Images are always among them: the others refer to their Dockerfiles.</param>
    /// <exception cref="DeploymentFaultException">A name is unknown.</exception>
    public static IReadOnlyList<GeneratedFile> Emit(DeploymentModel model, IReadOnlyCollection<string> names)
    {
        var unknown = names.Where(n => n != All && Table.All(t => t.Name != n)).ToArray();
        if (unknown.Length > 0)
            throw new DeploymentFaultException([.. unknown.Select(n => $"there is no target '{n}'. There are: {All}, {string.Join(", ", Names)}.")]);
        return [.. Table.Where(t => names.Contains(All) || names.Contains(t.Name) || t.Name == "docker").SelectMany(t => t.Emit(model)).OrderBy(f => f.Path, StringComparer.Ordinal)];
    }
}
