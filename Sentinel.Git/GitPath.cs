using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sentinel.Git;

/// <summary>Paths of a repository: any bytes but NUL, never trusted.</summary>
internal static class GitPath
{
    /// <summary>Bytes that are not UTF-8 are written <c>\xNN</c>, so that two different paths stay different.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);

        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done) text.Append(rune);
            else
                foreach (var b in bytes[..consumed]) text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            bytes = bytes[consumed..];
        }
        return text.ToString();
    }

    /// <summary>git itself refuses to check the others out; a tree made by hand can hold them.</summary>
    public static bool IsValid(string path) => !path.Split('/').Any(part => part is "" or "." or ".." || part.Equals(".git", StringComparison.OrdinalIgnoreCase));
}
