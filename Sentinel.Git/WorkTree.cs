using System.Text.Unicode;

namespace Sentinel.Git;

/// <summary>A file of a work tree.</summary>
/// <param name="Path">Path from the listed folder with <c>/</c>; bytes that are not UTF-8 are written <c>\xNN</c>.</param>
/// <param name="IsUtf8">Whether the name is UTF-8; another cannot be opened by its name.</param>
/// <param name="IsClosedFolder">Whether it is a folder that git could not list.</param>
public readonly record struct WorkTreeFile(string Path, bool IsUtf8, bool IsClosedFolder = false);

/// <summary>The files that git tracks or would track.</summary>
public static class WorkTree
{
    private const long MaxOutput = 512 * 1024 * 1024;
    private const string ClosedFolder = "could not open directory '";

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
            return listed.ExitCode == 0 ? [.. Parse(listed.Output), .. ClosedFolders(listed.Error)] : null;
        }
        catch (GitException ex) when (ex.Code == "git-not-found")
        {
            return null;
        }
    }

    // warning: could not open directory 'private/': Permission denied. Git goes on without it, and answers 0.
    private static IEnumerable<WorkTreeFile> ClosedFolders(string error)
    {
        foreach (var line in error.Split('\n'))
        {
            if (line.IndexOf(ClosedFolder, StringComparison.Ordinal) is not (>= 0 and var at)) continue;
            var path = line[(at + ClosedFolder.Length)..];
            if (path.LastIndexOf("': ", StringComparison.Ordinal) is >= 0 and var end) path = path[..end];
            yield return new WorkTreeFile(path.TrimEnd('/'), IsUtf8: true, IsClosedFolder: true);
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
