using System.IO.Compression;
using System.Text.Json;
using Sentinel.Contracts;

namespace Sentinel.Data.Imports;

/// <summary>How reduced runs are kept until a worker has read them.</summary>
public static class ImportContent
{
    /// <summary>Gzipped JSON.</summary>
    public static byte[] Pack<T>(IReadOnlyList<T> runs)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) JsonSerializer.Serialize(gzip, runs, SentinelJson.Options);
        return packed.ToArray();
    }

    /// <inheritdoc cref="Pack"/>
    public static IReadOnlyList<T> Unpack<T>(byte[] content)
    {
        using var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<IReadOnlyList<T>>(gzip, SentinelJson.Options) ?? [];
    }
}
