using Sentinel.Scanning;

namespace Sentinel.Cli.Sources;

/// <summary>One text that is no file.</summary>
internal sealed class TextSource(string name, ReadOnlyMemory<byte> content) : IFileSource
{
    public IReadOnlyList<FileEntry> Entries { get; } = [new FileEntry(name, content.Length)];

    public IReadOnlyList<SkippedEntry> Skipped => [];

    public bool IsComplete => true;

    /// <summary>Reads standard input to its end.</summary>
    /// <param name="maxBytes">More is an error: a part of a text must not pass for the whole.</param>
    public static async Task<TextSource> ReadAsync(string name, long maxBytes, CancellationToken cancellationToken)
    {
        await using var input = Console.OpenStandardInput();
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await input.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (content.Length + read > maxBytes) throw new CliException($"Standard input is larger than {maxBytes / (1024 * 1024)} MiB: write it to a file and scan its folder.");
            content.Write(buffer, 0, read);
        }
        return new TextSource(name, content.ToArray());
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(FileEntry entry, CancellationToken cancellationToken) => ValueTask.FromResult(content);
}
