using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using Sentinel.Deployment.Publishing;

namespace Sentinel.Tests.Deployment;

public sealed class OutputFolderTests : IDisposable
{
    private static readonly GeneratedFile[] Files = [new("compose/a.yaml", "a: 1\n"), new("compose/sub/run.sh", "#!/bin/sh\n", Executable: true)];

    private readonly string _parent = Directory.CreateTempSubdirectory("sentinel-deploy-").FullName;

    private string Root => Path.Combine(_parent, "deploy");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void Write_NewFolder_HoldsTheFilesAndNothingIsLeftBeside()
    {
        var folder = new OutputFolder(Root);

        folder.Write(Files);

        Assert.Equal("a: 1\n", File.ReadAllText(Path.Combine(Root, "compose/a.yaml")));
        Assert.Equal(["deploy"], Directory.GetFileSystemEntries(_parent).Select(Path.GetFileName));
        Assert.Empty(folder.Differences(Files));
        if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode(Path.Combine(Root, "compose/sub/run.sh")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public void Write_ForeignFiles_TouchesNothingAndNamesEach()
    {
        new OutputFolder(Root).Write(Files);
        File.WriteAllText(Path.Combine(Root, "compose/mine.yaml"), "mine");
        File.WriteAllText(Path.Combine(Root, "compose/sub/other.yaml"), "mine");

        var fault = Assert.Throws<DeploymentFaultException>(() => new OutputFolder(Root).Write([Files[0] with { Text = "a: 2\n" }]));

        Assert.Equal(2, fault.Faults.Count);
        Assert.Contains("mine.yaml", fault.Message, StringComparison.Ordinal);
        Assert.Equal("a: 1\n", File.ReadAllText(Path.Combine(Root, "compose/a.yaml")));
        Assert.True(File.Exists(Path.Combine(Root, "compose/sub/run.sh")));
    }

    [Fact]
    public void Write_Again_RemovesWhatIsNoLongerGeneratedAndKeepsWhatIsTheOperators()
    {
        new OutputFolder(Root).Write(Files);
        Directory.CreateDirectory(Path.Combine(Root, "compose/secrets"));
        File.WriteAllText(Path.Combine(Root, "compose/secrets/redis_password"), "secret");
        File.WriteAllText(Path.Combine(Root, "compose/.env"), "SENTINEL_VERSION=1");
        File.WriteAllText(Path.Combine(Root, "schema.sql"), "--");

        new OutputFolder(Root).Write([Files[0]]);

        Assert.False(Directory.Exists(Path.Combine(Root, "compose/sub")));
        Assert.True(File.Exists(Path.Combine(Root, "compose/secrets/redis_password")));
        Assert.True(File.Exists(Path.Combine(Root, "compose/.env")));
        Assert.True(File.Exists(Path.Combine(Root, "schema.sql")));
    }

    [Fact]
    public void Differences_OfEveryKind_AreNamed()
    {
        var folder = new OutputFolder(Root);
        folder.Write(Files);
        File.WriteAllText(Path.Combine(Root, "compose/a.yaml"), "a: 2\n");
        File.WriteAllText(Path.Combine(Root, "compose/extra"), "");

        var differences = folder.Differences([Files[0], new("compose/new.yaml", "\n")]);

        Assert.Equal(
            ["compose/a.yaml: differs from line 1", "  - a: 2", "  + a: 1", "compose/new.yaml: is missing", "compose/.generated: differs from line 2", "  - sub/run.sh", "  + new.yaml", "compose/sub/run.sh: is no longer generated", "compose/extra: is not generated"],
            differences);
    }
}
