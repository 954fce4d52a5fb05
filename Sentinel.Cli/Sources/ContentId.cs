using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Cli.Sources;

/// <summary>
/// The name that git would give a content, so that a result found in a history serves the same file in a folder. Computed from the
/// bytes: what the index says of a file is about its committed form, which filters and line endings make another text.
/// </summary>
internal static class ContentId
{
    /// <summary>40 hexadecimal digits.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
#pragma warning disable CA5350 // git's own hash: it names a content here and protects nothing.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {content.Length}\0"));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
