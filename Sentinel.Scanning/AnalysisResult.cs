using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sentinel.Scanning;

/// <summary>Reads and writes cached results: empty when clean, one marker byte for a content that is skipped, else compressed JSON.</summary>
internal static class AnalysisResult
{
    public static readonly ReadOnlyMemory<byte> Clean = ReadOnlyMemory<byte>.Empty;

    private const byte BinaryMarker = (byte)'B';
    private const byte LfsMarker = (byte)'L';
    private const int MaxJsonBytes = 32 * 1024 * 1024;

    /// <summary>The key under which a result is stored.</summary>
    public static AnalysisKey KeyOf(string blobId, string pathClass, PluginDescriptor plugin, string fingerprintKeyHash)
    {
        var text = $"{blobId}\n{pathClass}\n{plugin.Id}\n{plugin.Version}\n{plugin.RulePackHash}\n{fingerprintKeyHash}";
        return new AnalysisKey(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), plugin.Id, plugin.RulePackHash);
    }

    public static ReadOnlyMemory<byte> OfSkip(string reason) => reason == SkipReason.LfsPointer ? new[] { LfsMarker } : new[] { BinaryMarker };

    /// <summary>The reason for which the content is skipped, or null.</summary>
    public static string? SkipOf(ReadOnlyMemory<byte> result) => result.Span switch
    {
        [BinaryMarker] => SkipReason.Binary,
        [LfsMarker] => SkipReason.LfsPointer,
        _ => null,
    };

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<Finding> findings)
    {
        if (findings.Count == 0) return Clean;

        // Without its path, and what others said of it, the result serves every file with this content.
        var bare = findings.Select(f => f with { Location = f.Location with { Path = "" }, Fix = f.FixIsOfTheMoment ? null : f.Fix }).ToArray();
        using var buffer = new MemoryStream();
        using (var compressor = new BrotliStream(buffer, CompressionLevel.Fastest))
            JsonSerializer.Serialize(compressor, bare, ResultJson.Default.FindingArray);
        return buffer.ToArray();
    }

    /// <summary>Null when the entry cannot be read: the file is then analysed again.</summary>
    public static IReadOnlyList<Finding>? Read(ReadOnlyMemory<byte> result, string path)
    {
        if (result.IsEmpty) return [];
        try
        {
            using var compressed = new MemoryStream(result.ToArray());
            using var decompressor = new BrotliStream(compressed, CompressionMode.Decompress);
            using var json = new MemoryStream();
            var chunk = new byte[16 * 1024];
            for (int read; (read = decompressor.Read(chunk)) > 0;)
            {
                if (json.Length + read > MaxJsonBytes) return null;
                json.Write(chunk, 0, read);
            }
            json.Position = 0;
            var findings = JsonSerializer.Deserialize(json, ResultJson.Default.FindingArray);
            return findings?.Select(f => f with { Location = f.Location with { Path = path } }).ToArray();
        }
        catch (Exception ex) when (ex is JsonException or InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Finding[]))]
internal sealed partial class ResultJson : JsonSerializerContext;
