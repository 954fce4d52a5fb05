using Sentinel.Deployment.Model;
using Sentinel.Deployment.Publishing;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

/// <summary>What is committed under <c>deploy</c> is what the app model says.</summary>
public sealed class CommittedFilesTests
{
    [Fact]
    public async Task Committed_EqualsTheModel()
    {
        var folder = new OutputFolder(Path.Combine(SharedFiles.RepositoryRoot, "deploy"));
        var files = await AppModel.FilesAsync();
        if (Environment.GetEnvironmentVariable("SENTINEL_UPDATE_DEPLOY") == "1") folder.Write(files);

        var differences = folder.Differences(files);

        Assert.True(differences.Count == 0, $"deploy differs from the app model; write it with: dotnet run --project Sentinel.AppHost -- publish{Environment.NewLine}{string.Join(Environment.NewLine, differences.Take(40))}");
    }

    [Fact]
    public async Task Emit_Twice_IsByteEqual()
    {
        var model = await AppModel.GetAsync();

        Assert.Equal(DeploymentTargets.Emit(model, ["all"]), DeploymentTargets.Emit(model, ["all"]));
    }

    [Fact]
    public async Task Emit_Files_AreCleanText() =>
        Assert.All(await AppModel.FilesAsync(), f =>
        {
            Assert.EndsWith("\n", f.Text, StringComparison.Ordinal);
            Assert.DoesNotContain('\r', f.Text);
            Assert.DoesNotContain(" \n", f.Text, StringComparison.Ordinal);
        });

    [Fact]
    public async Task Emit_UnknownTargets_NamesEachAndWhatThereIs()
    {
        var model = await AppModel.GetAsync();

        var fault = Assert.Throws<DeploymentFaultException>(() => DeploymentTargets.Emit(model, ["compose", "nomad", "swarm"]));

        Assert.Equal(2, fault.Faults.Count);
        Assert.Contains("'nomad'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("compose", fault.Faults[1], StringComparison.Ordinal);
    }
}
