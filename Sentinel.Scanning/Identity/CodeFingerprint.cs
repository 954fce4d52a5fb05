using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Scanning.Identity;

/// <summary>
/// What a defect is, apart from where it stands: rule family, normalised tokens of the match, enclosing scope. Neither path nor line
/// takes part, so that moving code or renaming a file never makes a new finding.
/// </summary>
public static class CodeFingerprint
{
    /// <summary>64 hexadecimal digits.</summary>
    /// <param name="family">The rule's id, or the id of its family when several rules report one defect.</param>
    /// <param name="tokens">The matched code; runs of white space count as one blank, so reformatting changes nothing.</param>
    /// <param name="scope">Names of what encloses the match, outermost first: a job and a step, a build stage.</param>
    public static string Of(string family, string tokens, params ReadOnlySpan<string> scope)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, family);
        Append(hash, Normalize(tokens));
        foreach (var name in scope) Append(hash, Normalize(name));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Folds runs of white space to one blank and trims.</summary>
    internal static string Normalize(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c)) folded.Append(c);
            else if (folded.Length > 0 && folded[^1] != ' ') folded.Append(' ');
        }
        return folded.ToString().TrimEnd();
    }

    // Length before text: ("ab", "c") and ("a", "bc") differ.
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}

/// <summary>The identity of a leaked secret: a keyed hash of its value, which cannot be searched without the installation's key.</summary>
public static class SecretFingerprint
{
    /// <summary>64 hexadecimal digits.</summary>
    /// <param name="key">The installation's 32 bytes.</param>
    /// <param name="value">The raw secret.</param>
    public static string Of(ReadOnlySpan<byte> key, ReadOnlySpan<char> value) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"secret\0{value}")));
}
