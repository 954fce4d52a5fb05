using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace Sentinel.Cli.Cache;

/// <summary>
/// The format of the cache: <c>SNTLCCH1</c>, 16 random bytes that name the file, then records
/// <c>length (4, little-endian) key (32) value (length) checksum (8, XXH3 of all before)</c>. Only ever added to; whatever follows
/// the last sound record is a write that did not come to its end.
/// </summary>
internal static class CacheFile
{
    public const int KeyBytes = 32;
    public const int HeaderBytes = 24;

    private const int LengthBytes = 4;
    private const int ChecksumBytes = 8;
    private const int MaxValueBytes = 16 * 1024 * 1024;

    private static ReadOnlySpan<byte> Magic => "SNTLCCH1"u8;

    /// <summary>A header with a new name.</summary>
    public static byte[] NewHeader() => [.. Magic, .. RandomNumberGenerator.GetBytes(HeaderBytes - Magic.Length)];

    public static bool IsHeader(ReadOnlySpan<byte> bytes) => bytes.Length >= HeaderBytes && bytes.StartsWith(Magic);

    /// <summary>Whether a file that begins so is a cache, or the beginning of one whose writer died.</summary>
    public static bool MayBecome(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic[..Math.Min(bytes.Length, Magic.Length)]);

    /// <summary>Whether a value may be stored; a larger one is made again each time.</summary>
    public static bool Fits(int valueLength) => valueLength <= MaxValueBytes;

    public static void Write(Stream output, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var record = new byte[LengthBytes + KeyBytes + value.Length + ChecksumBytes];
        BinaryPrimitives.WriteInt32LittleEndian(record, value.Length);
        key.CopyTo(record.AsSpan(LengthBytes));
        value.CopyTo(record.AsSpan(LengthBytes + KeyBytes));
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(record.Length - ChecksumBytes), XxHash3.HashToUInt64(record.AsSpan(..^ChecksumBytes)));
        output.Write(record);
    }

    /// <summary>Reads sound records.</summary>
    /// <param name="input">At the beginning of a record.</param>
    /// <param name="found">Told of each: key, offset of the value from where reading began, length of the value.</param>
    /// <returns>Bytes that hold sound records; what follows is not sound.</returns>
    public static long Read(Stream input, Action<byte[], long, int> found)
    {
        using var buffered = new BufferedStream(input, 1 << 16);
        long end = 0;
        var head = new byte[LengthBytes + KeyBytes];
        while (buffered.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(head);
            if (length is < 0 or > MaxValueBytes) break;
            var rest = new byte[length + ChecksumBytes];
            if (buffered.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false) < rest.Length) break;
            var hash = new XxHash3();
            hash.Append(head);
            hash.Append(rest.AsSpan(0, length));
            if (hash.GetCurrentHashAsUInt64() != BinaryPrimitives.ReadUInt64LittleEndian(rest.AsSpan(length))) break;
            found(head[LengthBytes..], end + head.Length, length);
            end += head.Length + rest.Length;
        }
        return end;
    }
}
