using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using Sentinel.Deployment.Publishing;

namespace Sentinel.Tests.Deployment;

/// <summary>The real app host's model, read once, and everything that is generated from it.</summary>
internal static class AppModel
{
    private static readonly Lazy<Task<DeploymentModel>> Read = new(ReadAsync);

    public static Task<DeploymentModel> GetAsync() => Read.Value;

    public static async Task<IReadOnlyList<GeneratedFile>> FilesAsync() => DeploymentTargets.Emit(await GetAsync(), [DeploymentTargets.All]);

    public static async Task<string> TextAsync(string path) => (await FilesAsync()).Single(f => f.Path == path).Text;

    private static async Task<DeploymentModel> ReadAsync()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sentinel_AppHost>(["--operation", "publish"], CancellationToken.None);
        return await ModelReader.ReadAsync(new DistributedApplicationModel(builder.Resources), builder.ExecutionContext, builder.AppHostDirectory, DeploymentSteps.Version, CancellationToken.None);
    }
}
