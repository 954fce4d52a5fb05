namespace Sentinel.Scanning;

/// <summary>A file of a tree before it is read.</summary>
/// <param name="Path">Path from the root of the tree with <c>/</c>.</param>
/// <param name="Length">Bytes.</param>
/// <param name="BlobId">Identity of the content (the git blob's hash); null when it is not known before reading, then nothing is cached.</param>
public sealed record FileEntry(string Path, long Length, string? BlobId = null)
{
    /// <summary>The last part of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>A file that was not analysed, and why.</summary>
/// <param name="Reason">One of <see cref="SkipReason"/>.</param>
public sealed record SkippedEntry(string Path, long Length, string Reason);

/// <summary>Stable codes of the reasons for which a file is not analysed.</summary>
public static class SkipReason
{
    /// <summary>The content has NUL bytes and no Unicode byte order mark.</summary>
    public const string Binary = "binary";

    /// <summary>Longer than <see cref="ScanOptions.MaxFileBytes"/>, and not read part by part.</summary>
    public const string TooLarge = "too-large";

    /// <summary>A symbolic link; links are never followed.</summary>
    public const string Symlink = "symlink";

    /// <summary>A submodule; its content is another repository.</summary>
    public const string Submodule = "submodule";

    /// <summary>A Git LFS pointer; the content is not in the repository.</summary>
    public const string LfsPointer = "lfs-pointer";

    /// <summary>An analyzer took longer than <see cref="ScanOptions.FileTimeout"/>.</summary>
    public const string Timeout = "timeout";

    /// <summary>The content could not be read.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>No file system takes the path: it has a part <c>.</c>, <c>..</c> or <c>.git</c>, or stands in the tree twice.</summary>
    public const string InvalidPath = "invalid-path";

    /// <summary>The remote does not hand out the commits.</summary>
    public const string NotServed = "not-served";

    /// <summary>A limit on the whole scan was reached first.</summary>
    public const string Limit = "limit";
}
