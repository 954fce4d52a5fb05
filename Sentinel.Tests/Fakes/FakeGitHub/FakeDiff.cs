using System.Globalization;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A file that a pull request changes.</summary>
/// <param name="Status">added, removed, modified or renamed.</param>
/// <param name="Patch">Without git's header; null for a binary file.</param>
internal sealed record FakeDiffFile(string Path, string? PreviousPath, string Status, string Sha, int Additions, int Deletions, string? Patch);

/// <summary>What a pull request changes, as git tells it: from the merge base to the head.</summary>
internal static class FakeDiff
{
    public static IReadOnlyList<string> Commits(FakePullRequest pull) =>
        pull.Repository.Git.GitOnce("rev-list", "--reverse", $"{pull.MergeBase}..{pull.HeadSha}").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static IReadOnlyList<FakeDiffFile> Of(FakePullRequest pull)
    {
        var git = pull.Repository.Git;
        string[] range = [pull.MergeBase, pull.HeadSha];
        // ":100644 100644 <old> <new> R100\0<path>\0<path>\0"
        var raw = git.GitOnce(["diff", "--raw", "-z", "--no-abbrev", "--find-renames", .. range]).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var files = new List<FakeDiffFile>();
        for (var i = 0; i < raw.Length;)
        {
            var fields = raw[i++].Split(' ');
            var previous = fields[4][0] == 'R' ? raw[i++] : null;
            var path = raw[i++];
            var status = fields[4][0] switch { 'A' => "added", 'D' => "removed", 'R' => "renamed", _ => "modified" };
            var numbers = git.GitOnce(["diff", "--numstat", "--find-renames", .. range, "--", .. Paths(previous, path)]).Split(['\t', '\n']);
            var patch = git.GitOnce(["diff", "--find-renames", .. range, "--", .. Paths(previous, path)]);
            var hunks = patch.IndexOf("\n@@", StringComparison.Ordinal);
            files.Add(new FakeDiffFile(
                path, previous, status, fields[4][0] == 'D' ? fields[2] : fields[3], Number(numbers, 0), Number(numbers, 1), hunks < 0 ? null : patch[(hunks + 1)..]));
        }
        return files;
    }

    private static string[] Paths(string? previous, string path) => previous is null ? [path] : [previous, path];

    private static int Number(string[] numbers, int index) =>
        index < numbers.Length && int.TryParse(numbers[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
