using System.Diagnostics;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Git;

/// <summary>A repository that another scanner is tested with: every line that it sees added in the history is in a content that is listed here.</summary>
public sealed class GitleaksHistoryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_LinesThatAnotherScannerSees_AreInTheListedContents()
    {
        var data = await UnpackAsync();
        var git = new GitRunner(Path.Combine(data, "repos", "small", "dotGit"));

        var (blobs, tally) = await Histories.ReadAsync(git, HistoryRange.All());
        await using var reader = new BlobReader(git, 1, Histories.Limits);
        var lines = new HashSet<string>(StringComparer.Ordinal);
        foreach (var blob in blobs) lines.UnionWith((await Histories.TextAsync(reader, blob.BlobId)).Split('\n'));

        Assert.Equal((true, 9), (tally.IsComplete, tally.Commits));
        foreach (var name in new[] { "small.txt", "small-branch-foo.txt" })
            Assert.Equal([], (await File.ReadAllLinesAsync(Path.Combine(data, "expected", "git", name), Cancellation)).Where(l => !lines.Contains(l)));
    }

    private static async Task<string> UnpackAsync()
    {
        var script = SharedFiles.Require("data", "unpack.sh");
        using var unpack = Process.Start(new ProcessStartInfo(script, ["secrets"]) { RedirectStandardOutput = true })!;
        var folder = await unpack.StandardOutput.ReadToEndAsync(Cancellation);
        await unpack.WaitForExitAsync(Cancellation);
        return Path.Combine(folder.Trim(), "gitleaks-testdata");
    }
}
