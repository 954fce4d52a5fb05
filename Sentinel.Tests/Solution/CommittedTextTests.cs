using System.Diagnostics;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Solution;

/// <summary>Things that must not stand in a committed file.</summary>
public sealed class CommittedTextTests
{
    // Put together here so that this file does not name what it forbids.
    private static readonly string[] Registries = [$"api.{"nuget"}.org", $"registry.{"npmjs"}.org", $"deb.{"debian"}.org"];

    [Fact]
    public void CommittedFiles_PackageRegistries_AreNotNamed()
    {
        var offenders = Grep(string.Join("|", Registries.Select(r => r.Replace(".", "\\.", StringComparison.Ordinal))));

        Assert.Equal([], offenders);
    }

    [Fact]
    public void CommittedSources_UnfinishedPlaces_AreNotThere()
    {
        var offenders = Grep($"{"NotImplemented"}Exception|\\b{"TO"}DO\\b|\\b{"FIX"}ME\\b", "*.cs", "*.razor");

        Assert.Equal([], offenders);
    }

    private static string[] Grep(string pattern, params string[] paths)
    {
        var start = new ProcessStartInfo("git", ["grep", "-nIE", pattern, "--", .. paths.Length > 0 ? paths : ["."]])
        {
            WorkingDirectory = SharedFiles.RepositoryRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode > 1) Assert.Skip("The tests do not run in a git checkout.");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
