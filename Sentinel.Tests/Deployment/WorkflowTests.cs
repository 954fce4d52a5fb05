using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

public sealed class WorkflowTests
{
    [Fact]
    public async Task Workflow_IsValid() => Assert.Equal("", await DeploymentTools.ValidateAsync("workflow", [Path.Combine(SharedFiles.RepositoryRoot, ".github", "workflows", "ci.yml")]));

    [Fact]
    public async Task Workflow_BuildsEveryImage()
    {
        var images = (await AppModel.FilesAsync()).Where(f => f.Path.EndsWith(".Dockerfile", StringComparison.Ordinal)).Select(f => Path.GetFileName(f.Path)[..^".Dockerfile".Length]).Order(StringComparer.Ordinal);

        Assert.Contains($"image: [{string.Join(", ", images)}]", await File.ReadAllTextAsync(Path.Combine(SharedFiles.RepositoryRoot, ".github", "workflows", "ci.yml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
