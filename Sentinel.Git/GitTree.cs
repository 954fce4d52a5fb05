using System.Globalization;
using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Git;

/// <summary>The files of a commit, as <c>git ls-tree -r -l -z</c> lists them. Paths are data: any bytes but NUL.</summary>
/// <param name="Entries">Files with the length and the hash of their content.</param>
/// <param name="Skipped">Links, submodules and paths that no file system takes.</param>
/// <param name="IsComplete">False when there are more files than the limit.</param>
public sealed record GitTree(IReadOnlyList<FileEntry> Entries, IReadOnlyList<SkippedEntry> Skipped, bool IsComplete)
{
    private const int LineOverhead = 200;
    private const int MaxShown = 256;

    /// <summary>Lists a commit's files.</summary>
    /// <param name="commitSha">Full hash of a commit or tree.</param>
    /// <exception cref="GitException">The commit is not there, or listing took too long.</exception>
    public static async Task<GitTree> ReadAsync(GitRunner git, string commitSha, GitLimits limits, CancellationToken cancellationToken)
    {
        CommitId.Check(commitSha);
        var limit = (long)limits.MaxFiles * (LineOverhead + 100);
        var listed = await git.RunAsync(["ls-tree", "-r", "-l", "-z", "--full-tree", "--end-of-options", commitSha], limits.CommandTimeout, limit, cancellationToken);
        return listed.ExitCode == 0 ? Parse(listed.Output, limits) : throw GitFault.Of("listing the files", listed);
    }

    // 100644 blob <hash>     <size>\t<path>\0
    internal static GitTree Parse(ReadOnlySpan<byte> output, GitLimits limits)
    {
        var entries = new List<FileEntry>();
        var skipped = new List<SkippedEntry>();
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var complete = true;
        while (!output.IsEmpty)
        {
            var end = output.IndexOf((byte)0);
            if (end < 0) break;
            var line = output[..end];
            output = output[(end + 1)..];
            var tab = line.IndexOf((byte)'\t');
            var fields = Encoding.ASCII.GetString(line[..tab]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var path = GitPath.Decode(line[(tab + 1)..]);
            var length = long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;
            if (entries.Count + skipped.Count >= limits.MaxFiles)
            {
                complete = false;
                break;
            }
            if (line.Length - tab - 1 > limits.MaxPathBytes) skipped.Add(new SkippedEntry(path[..Math.Min(path.Length, MaxShown)] + "…", length, SkipReason.Limit));
            else if (!GitPath.IsValid(path) || !paths.Add(path)) skipped.Add(new SkippedEntry(path, length, SkipReason.InvalidPath));
            else if (fields[0] == "160000") skipped.Add(new SkippedEntry(path, 0, SkipReason.Submodule));
            else if (fields[0] == "120000") skipped.Add(new SkippedEntry(path, length, SkipReason.Symlink));
            else entries.Add(new FileEntry(path, length, fields[2]));
        }
        return new GitTree(entries, skipped, complete);
    }
}
