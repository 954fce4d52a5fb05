using Sentinel.Scanning;

namespace Sentinel.Cli.Sources;

/// <summary>One text that is no file.</summary>
/// <param name="length">Bytes, as far as they were counted.</param>
/// <param name="content">All of it, or what was read before it became too large to be held.</param>
/// <param name="rest">What follows; null when that is all.</param>
internal sealed class TextSource(string name, long length, ReadOnlyMemory<byte> content, Stream? rest) : IFileSource
{
    public IReadOnlyList<FileEntry> Entries { get; } = [new FileEntry(name, length)];

    public IReadOnlyList<SkippedEntry> Skipped => [];

    public bool IsComplete => true;

    /// <summary>Reads an input to its end, or as much of it as may be held.</summary>
    /// <param name="maxBytes">Most bytes to hold; what follows is handed out as a stream.</param>
    public static async Task<TextSource> ReadAsync(string name, Stream input, long maxBytes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await input.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            content.Write(buffer, 0, read);
            if (content.Length > maxBytes) return new TextSource(name, content.Length, content.ToArray(), input);
        }
        return new TextSource(name, content.Length, content.ToArray(), rest: null);
    }

    public Stream? OpenRead(FileEntry entry) => rest is null ? null : new JoinedStream(content, rest);

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken) => ValueTask.FromResult(content);
}
