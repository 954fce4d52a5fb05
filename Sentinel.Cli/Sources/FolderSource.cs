using System.Collections.Concurrent;
using Sentinel.Git;
using Sentinel.Scanning;

namespace Sentinel.Cli.Sources;

/// <summary>The files of a folder: what git tracks or would track, or every file where there is no git work tree.</summary>
internal sealed class FolderSource : IFileSource
{
    // What cannot be part of a name that this system opens.
    private const char Undecodable = '\uFFFD';

    private readonly string _root;

    private FolderSource(string root, IReadOnlyList<FileEntry> entries, IReadOnlyList<SkippedEntry> skipped) =>
        (_root, Entries, Skipped) = (root, entries, skipped);

    public IReadOnlyList<FileEntry> Entries { get; private init; }

    public IReadOnlyList<SkippedEntry> Skipped { get; }

    public bool IsComplete => true;

    /// <summary>Lists a folder, or one file.</summary>
    public static async Task<FolderSource> OpenAsync(string path, GitLimits limits, CancellationToken cancellationToken)
    {
        if (File.Exists(path)) return new FolderSource(Path.GetDirectoryName(Path.GetFullPath(path))!, [new FileEntry(Path.GetFileName(path), new FileInfo(path).Length)], []);

        var root = Path.GetFullPath(path);
        var entries = new List<FileEntry>();
        var skipped = new List<SkippedEntry>();
        foreach (var file in await WorkTree.ListAsync(root, limits, cancellationToken) ?? Walk(root))
        {
            var info = new FileInfo(Path.Combine(root, file.Path));
            // A link may lead anywhere; what it points at inside the tree is scanned under its own name.
            if (!file.IsUtf8) skipped.Add(new SkippedEntry(file.Path, 0, SkipReason.Unreadable));
            else if (info.LinkTarget is not null) skipped.Add(new SkippedEntry(file.Path, 0, SkipReason.Symlink));
            else if (info.Exists) entries.Add(new FileEntry(file.Path, info.Length));
            else if (Directory.Exists(info.FullName)) skipped.Add(new SkippedEntry(file.Path, 0, SkipReason.Submodule));
        }
        return new FolderSource(root, entries, skipped);
    }

    /// <summary>The same files named by their content, so that what is unchanged since an earlier scan need not be analysed.</summary>
    /// <param name="maxBytes">Larger files are not read.</param>
    public async Task<FolderSource> WithContentIdsAsync(long maxBytes, int parallelism, CancellationToken cancellationToken)
    {
        var named = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Entries.Where(e => e.Length > 0 && e.Length <= maxBytes), parallel, async (entry, token) =>
        {
            try
            {
                named[entry.Path] = ContentId.Of(await File.ReadAllBytesAsync(Path.Combine(_root, entry.Path), token));
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                // Without a name it is read again by the scan, which reports that it cannot be.
            }
        });
        return new FolderSource(_root, [.. Entries.Select(e => named.TryGetValue(e.Path, out var id) ? e with { BlobId = id } : e)], Skipped);
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken)
    {
        // A pipe or a device has no length, and opening it could wait for ever.
        if (entry.Length == 0) return ReadOnlyMemory<byte>.Empty;
        try
        {
            var content = await File.ReadAllBytesAsync(Path.Combine(_root, entry.Path), cancellationToken);
            // Its result would be remembered under the name of another content.
            return entry.BlobId is null || ContentId.Of(content) == entry.BlobId ? content : throw new IOException("the file changed while it was scanned");
        }
        catch (UnauthorizedAccessException ex)
        {
            throw new IOException(ex.Message, ex);
        }
    }

    private static IEnumerable<WorkTreeFile> Walk(string root)
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
                    var path = Path.GetRelativePath(root, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
                    yield return new WorkTreeFile(path, entry.Exists || !path.Contains(Undecodable, StringComparison.Ordinal));
                }
            }
        }
    }
}
