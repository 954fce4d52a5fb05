using System.Security.Cryptography;

namespace Sentinel.Scanning.Baselines;

/// <summary>Tells fingerprint keys apart without giving one away: a key is 32 random bytes, which no hash of it betrays.</summary>
public static class KeyId
{
    /// <summary>16 hexadecimal digits.</summary>
    public static string Of(ReadOnlySpan<byte> key)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("sentinel fingerprint key\0"u8);
        hash.AppendData(key);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
