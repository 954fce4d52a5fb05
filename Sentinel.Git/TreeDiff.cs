using System.Text;

namespace Sentinel.Git;

/// <summary>What stands at a path of a tree.</summary>
/// <param name="Mode">100644 or 100755 (file), 120000 (link), 160000 (submodule).</param>
/// <param name="ObjectId">Full hash of the content.</param>
public sealed record TreeItem(string Mode, string ObjectId)
{
    /// <summary>Whether it is a file: neither a link nor a submodule.</summary>
    public bool IsFile => Mode.StartsWith("100", StringComparison.Ordinal);
}

/// <summary>One path that differs between two trees.</summary>
/// <param name="Old">Null when the path is new.</param>
/// <param name="New">Null when the path is gone.</param>
public sealed record TreeChange(string Path, TreeItem? Old, TreeItem? New);

/// <summary>Compares two commits' trees by <c>git diff-tree -r --raw -z</c>: unchanged folders are not even read.</summary>
public static class TreeDiff
{
    private const int RecordBytes = 200;

    /// <summary>The paths that differ, each once.</summary>
    /// <param name="maxChanges">Most changes.</param>
    /// <returns>
    /// Null when the answer would not be exact: a commit is not here, there are more changes, or a path is not plain UTF-8, too long, or
    /// one that no file system takes. The trees have to be listed then.
    /// </returns>
    /// <exception cref="GitException">git took too long, or is not there.</exception>
    public static async Task<IReadOnlyList<TreeChange>?> ReadAsync(
        GitRunner git, string oldCommit, string newCommit, int maxChanges, GitLimits limits, CancellationToken cancellationToken)
    {
        CommitId.Check(oldCommit);
        CommitId.Check(newCommit);
        try
        {
            var compared = await git.RunAsync(
                ["diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--ignore-submodules=none", "--end-of-options", oldCommit, newCommit],
                limits.CommandTimeout, (long)maxChanges * RecordBytes, cancellationToken);
            return compared.ExitCode == 0 && Parse(compared.Output, limits) is { } changes && changes.Count <= maxChanges ? changes : null;
        }
        catch (GitException ex) when (ex.Code == "too-large")
        {
            return null;
        }
    }

    // :100644 100755 <old hash> <new hash> M\0<path>\0
    internal static IReadOnlyList<TreeChange>? Parse(ReadOnlySpan<byte> output, GitLimits limits)
    {
        var changes = new List<TreeChange>();
        var paths = new HashSet<string>(StringComparer.Ordinal);
        while (!output.IsEmpty)
        {
            if (Take(ref output) is not [(byte)':', .. var record] || PathOf(Take(ref output), limits) is not { } path || !paths.Add(path)) return null;
            if (Encoding.ASCII.GetString(record).Split(' ') is not [var oldMode, var newMode, var oldId, var newId, _]) return null;
            if (!CommitId.IsValid(oldId) || !CommitId.IsValid(newId)) return null;
            changes.Add(new TreeChange(path, ItemOf(oldMode, oldId), ItemOf(newMode, newId)));
        }
        return changes;
    }

    private static TreeItem? ItemOf(string mode, string id) => mode == "000000" ? null : new TreeItem(mode, id);

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> output)
    {
        var end = output.IndexOf((byte)0);
        var token = end < 0 ? [] : output[..end];
        output = end < 0 ? [] : output[(end + 1)..];
        return token;
    }

    // Bytes that are not UTF-8 are written \xNN, which a path may also hold as text: only the whole list tells the two apart.
    private static string? PathOf(ReadOnlySpan<byte> bytes, GitLimits limits)
    {
        if (bytes.IsEmpty || bytes.Length > limits.MaxPathBytes || !System.Text.Unicode.Utf8.IsValid(bytes) || bytes.IndexOf("\\x"u8) >= 0) return null;

        var path = Encoding.UTF8.GetString(bytes);
        return GitPath.IsValid(path) ? path : null;
    }
}
