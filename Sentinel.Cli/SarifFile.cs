using System.IO.Compression;

namespace Sentinel.Cli;

/// <summary>A file to be sent: gzipped, as the server takes least of it.</summary>
internal static class SarifFile
{
    private const string StandardInput = "-";

    // What the server takes.
    private const int MaxPacked = 10 * 1024 * 1024;
    private const int MaxPlain = 64 * 1024 * 1024;

    /// <exception cref="CliException">It is not there, or larger than the server takes.</exception>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (path != StandardInput && !File.Exists(path)) throw new CliException($"{path}: there is no such file.");
        await using var input = path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(path);
        var content = new byte[MaxPlain + 1];
        var length = await input.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxPlain) throw new CliException($"{path}: larger than {MaxPlain >> 20} MiB. Leave out code flows and snippets, or give the runs in several files.");
        var packed = content is [0x1f, 0x8b, ..] ? content[..length] : Pack(content.AsSpan(0, length));
        return packed.Length <= MaxPacked ? packed : throw new CliException($"{path}: larger than {MaxPacked >> 20} MiB when gzipped. Leave out code flows and snippets, or give the runs in several files.");
    }

    private static byte[] Pack(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }
}
