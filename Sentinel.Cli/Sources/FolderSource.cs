using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Runtime.InteropServices;
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
        foreach (var file in await WorkTree.ListAsync(root, limits, cancellationToken) is { } listed ? listed.Select(f => Described(root, f)) : Walk(root))
        {
            // A link may lead anywhere; what it points at inside the tree is scanned under its own name.
            if (file.Kind == NodeKind.File) entries.Add(new FileEntry(file.Path, file.Length));
            else if (file.Kind != NodeKind.Gone) skipped.Add(new SkippedEntry(file.Path, 0, file.Kind switch { NodeKind.Link => SkipReason.Symlink, NodeKind.Folder => SkipReason.Submodule, _ => SkipReason.Unreadable }));
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
                var content = Read(entry);
                named[entry.Path] = ContentId.Of(content.Span);
                Release(content);
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                // Without a name it is read again by the scan, which reports that it cannot be.
            }
            await ValueTask.CompletedTask;
        });
        return new FolderSource(_root, [.. Entries.Select(e => named.TryGetValue(e.Path, out var id) ? e with { BlobId = id } : e)], Skipped);
    }

    /// <remarks>Not asynchronous: most files are a few kilobytes in the system's cache, where handing them to another thread costs more than reading them.</remarks>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken)
    {
        // A pipe or a device has no length, and opening it could wait for ever.
        if (entry.Length == 0) return ValueTask.FromResult(ReadOnlyMemory<byte>.Empty);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var content = Read(entry);
            // Its result would be remembered under the name of another content.
            return entry.BlobId is null || ContentId.Of(content.Span) == entry.BlobId ? ValueTask.FromResult(content) : throw new IOException("the file changed while it was scanned");
        }
        catch (UnauthorizedAccessException ex)
        {
            throw new IOException(ex.Message, ex);
        }
    }

    public Stream? OpenRead(FileEntry entry)
    {
        try
        {
            return new FileStream(Path.Combine(_root, entry.Path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (UnauthorizedAccessException ex)
        {
            throw new IOException(ex.Message, ex);
        }
    }

    public void Release(ReadOnlyMemory<byte> content)
    {
        if (MemoryMarshal.TryGetArray(content, out var array) && array.Array is { Length: > 0 } rented) ArrayPool<byte>.Shared.Return(rented);
    }

    private ReadOnlyMemory<byte> Read(FileEntry entry)
    {
        using var file = File.OpenHandle(Path.Combine(_root, entry.Path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength) throw new IOException("the file grew too large while it was scanned");
        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        var read = 0;
        while (read < length && RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read) is > 0 and var more) read += more;
        return buffer.AsMemory(0, read);
    }

    private static Node Described(string root, WorkTreeFile file)
    {
        if (!file.IsUtf8 || file.IsClosedFolder) return new Node(file.Path, NodeKind.Closed, 0);
        var info = new FileInfo(Path.Combine(root, file.Path));
        if ((info.Attributes & FileAttributes.ReparsePoint) != 0 && (int)info.Attributes != -1) return new Node(file.Path, NodeKind.Link, 0);
        return info.Exists ? new Node(file.Path, NodeKind.File, info.Length)
            : new Node(file.Path, Directory.Exists(info.FullName) ? NodeKind.Folder : IsGone(info.FullName) ? NodeKind.Gone : NodeKind.Closed, 0);
    }

    // What stands in a folder that may not be entered does not exist either, as far as the usual question goes.
    private static bool IsGone(string path)
    {
        try
        {
            _ = File.GetAttributes(path);
            return false;
        }
        catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // One question to the system for each file: its kind and length come with its name.
    private static IEnumerable<Node> Walk(string root)
    {
        var folders = new Stack<string>([""]);
        while (folders.TryPop(out var folder))
        {
            if (NodesOf(root, folder) is not { } nodes)
            {
                yield return new Node(folder, NodeKind.Closed, 0);
                continue;
            }
            foreach (var (name, isFolder, isLink, length) in nodes)
            {
                var path = folder.Length == 0 ? name : $"{folder}/{name}";
                if (isFolder && !isLink)
                {
                    if (name != ".git") folders.Push(path);
                }
                else if (name.Contains(Undecodable, StringComparison.Ordinal) && !Path.Exists(Path.Combine(root, path)))
                {
                    yield return new Node(path, NodeKind.Closed, 0);
                }
                else
                {
                    // In a folder that may be listed and not entered, lengths cannot be asked for and are given as nothing.
                    var isClosed = length == 0 && !isLink && !File.Exists(Path.Combine(root, path));
                    yield return new Node(path, isLink ? NodeKind.Link : isClosed ? NodeKind.Closed : NodeKind.File, length);
                }
            }
        }
    }

    // By name; null when the folder cannot be listed. One that is named by the person and cannot be is an error.
    private static (string Name, bool IsFolder, bool IsLink, long Length)[]? NodesOf(string root, string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = false, IgnoreInaccessible = false, AttributesToSkip = 0 };
        try
        {
            var nodes = new FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink, long Length)>(
                Path.Combine(root, folder),
                (ref FileSystemEntry e) => (e.FileName.ToString(), e.IsDirectory, (e.Attributes & FileAttributes.ReparsePoint) != 0, e.IsDirectory ? 0 : e.Length), options);
            return [.. nodes.OrderBy(n => n.Name, StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException) when (folder.Length > 0)
        {
            return [];
        }
        catch (Exception ex) when (folder.Length > 0 && (ex is IOException or UnauthorizedAccessException))
        {
            return null;
        }
    }

    private enum NodeKind { File, Link, Folder, Gone, Closed }

    private readonly record struct Node(string Path, NodeKind Kind, long Length);
}
