namespace Sentinel.Scanning;

/// <summary>A tree of files. Implementations: a commit's tree, a folder.</summary>
public interface IFileSource
{
    /// <summary>The files to look at.</summary>
    IReadOnlyList<FileEntry> Entries { get; }

    /// <summary>What the source itself left out: links, submodules.</summary>
    IReadOnlyList<SkippedEntry> Skipped { get; }

    /// <summary>Whether <see cref="Entries"/> and <see cref="Skipped"/> name everything that is there.</summary>
    bool IsComplete { get; }

    /// <summary>The content; called once per entry at most, possibly from several threads.</summary>
    /// <exception cref="IOException">It cannot be read; the entry is then skipped as unreadable.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken);

    /// <summary>The content as a stream, for what is too large to be held; called instead of <see cref="ReadAsync"/>. Null when the source hands out whole contents only.</summary>
    /// <exception cref="IOException">It cannot be read; the entry is then skipped as unreadable.</exception>
    Stream? OpenRead(FileEntry entry) => null;

    /// <summary>Takes back a content that nobody looks at any more, so that its memory serves the next one.</summary>
    void Release(ReadOnlyMemory<byte> content)
    {
    }
}
