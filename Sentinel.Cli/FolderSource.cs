using System.Diagnostics;
using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Cli;

/// <summary>The files of a folder: what git tracks or would track, or every file where there is no git work tree.</summary>
internal sealed class FolderSource : IFileSource
{
    private readonly string _root;

    private FolderSource(string root, IReadOnlyList<FileEntry> entries, IReadOnlyList<SkippedEntry> skipped) =>
        (_root, Entries, Skipped) = (root, entries, skipped);

    public IReadOnlyList<FileEntry> Entries { get; }

    public IReadOnlyList<SkippedEntry> Skipped { get; }

    public bool IsComplete => true;

    /// <summary>Lists a folder, or one file.</summary>
    public static FolderSource Open(string path)
    {
        if (File.Exists(path)) return new FolderSource(Path.GetDirectoryName(Path.GetFullPath(path))!, [new FileEntry(Path.GetFileName(path), new FileInfo(path).Length)], []);

        var root = Path.GetFullPath(path);
        var entries = new List<FileEntry>();
        var skipped = new List<SkippedEntry>();
        foreach (var relative in ListWithGit(root) ?? Walk(root))
        {
            var info = new FileInfo(Path.Combine(root, relative));
            // A link may lead anywhere; what it points at inside the tree is scanned under its own name.
            if (info.LinkTarget is not null) skipped.Add(new SkippedEntry(relative, 0, SkipReason.Symlink));
            else if (info.Exists) entries.Add(new FileEntry(relative, info.Length));
            else if (Directory.Exists(info.FullName)) skipped.Add(new SkippedEntry(relative, 0, SkipReason.Submodule));
        }
        return new FolderSource(root, entries, skipped);
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(Path.Combine(_root, entry.Path), cancellationToken);
        }
        catch (UnauthorizedAccessException ex)
        {
            throw new IOException(ex.Message, ex);
        }
    }

    // Null when the folder is no git work tree, or git is not there. The switches keep a repository's own settings from starting programs.
    private static string[]? ListWithGit(string root)
    {
        var start = new ProcessStartInfo(
            "git", ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        try
        {
            using var git = Process.Start(start)!;
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output.Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Walk(string root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = false, IgnoreInaccessible = true, AttributesToSkip = 0 };
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos("*", options).OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                if (entry is DirectoryInfo { LinkTarget: null } directory)
                {
                    if (directory.Name != ".git") folders.Push(directory.FullName);
                }
                else
                {
                    yield return Path.GetRelativePath(root, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
                }
            }
        }
    }
}
