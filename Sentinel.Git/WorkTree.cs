using System.Text.Unicode;

namespace Sentinel.Git;

/// <summary>A file of a work tree.</summary>
/// <param name="Path">Path from the listed folder with <c>/</c>; bytes that are not UTF-8 are written <c>\xNN</c>.</param>
/// <param name="IsUtf8">Whether the name is UTF-8; another cannot be opened by its name.</param>
public readonly record struct WorkTreeFile(string Path, bool IsUtf8);

/// <summary>The files that git tracks or would track.</summary>
public static class WorkTree
{
    private const long MaxOutput = 512 * 1024 * 1024;

    /// <summary>Lists a folder of a work tree; what the repository or the user ignores is left out.</summary>
    /// <returns>Null when the folder is in no work tree, or there is no git.</returns>
    /// <exception cref="GitException">The list is too large, or git took too long.</exception>
    public static async Task<IReadOnlyList<WorkTreeFile>?> ListAsync(string folder, GitLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            var runner = new GitRunner(folder) { FindsRepository = true };
            var listed = await runner.RunAsync(
                ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"], limits.CommandTimeout, MaxOutput, cancellationToken);
            return listed.ExitCode == 0 ? Parse(listed.Output) : null;
        }
        catch (GitException ex) when (ex.Code == "git-not-found")
        {
            return null;
        }
    }

    private static List<WorkTreeFile> Parse(ReadOnlySpan<byte> output)
    {
        var files = new List<WorkTreeFile>();
        while (output.IndexOf((byte)0) is >= 0 and var end)
        {
            files.Add(new WorkTreeFile(GitPath.Decode(output[..end]), Utf8.IsValid(output[..end])));
            output = output[(end + 1)..];
        }
        return files;
    }
}
