using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.ServiceDefaults.Encryption;

/// <summary>
/// Encrypts what is stored (AES-256-GCM, NIST SP 800-38D) under a key that is derived from a secret (HKDF-SHA-256, RFC 5869): whoever has
/// the store alone can open nothing, and one use's key tells nothing of another's.
/// </summary>
public sealed class SecretCipher
{
    private const int KeyBytes = 32;
    private static readonly int NonceBytes = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagBytes = AesGcm.TagByteSizes.MaxSize;

    private readonly byte[] _key;

    private SecretCipher(byte[] key) => _key = key;

    /// <param name="secret">With at least 128 bits of chance in it: nothing here slows guessing down.</param>
    /// <param name="purpose">Different purposes give unrelated keys; it must never change.</param>
    public static SecretCipher Derive(string secret, string purpose) =>
        new(HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), KeyBytes, salt: null, Encoding.UTF8.GetBytes(purpose)));

    /// <summary>From <c>SENTINEL_KEY</c>; null when it is not set, and nothing can be stored encrypted.</summary>
    public static SecretCipher? From(IConfiguration configuration, string purpose) =>
        configuration[ConfigurationKeys.SentinelKey] is { Length: > 0 } secret ? Derive(secret, purpose) : null;

    /// <param name="plain">The secret.</param>
    /// <param name="boundTo">What it belongs to: opening needs the same, so that it cannot be moved elsewhere. Empty for nothing.</param>
    /// <returns>A fresh nonce (12 bytes), the tag (16) and the encrypted bytes.</returns>
    public byte[] Seal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> boundTo = default)
    {
        var result = new byte[NonceBytes + TagBytes + plain.Length];
        var nonce = result.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, plain, result.AsSpan(NonceBytes + TagBytes), result.AsSpan(NonceBytes, TagBytes), boundTo);
        return result;
    }

    /// <exception cref="CryptographicException">It was sealed under another secret or for something else, or it was altered.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> boundTo = default)
    {
        if (sealedBytes.Length < NonceBytes + TagBytes) throw new CryptographicException("What was sealed is cut short.");
        var plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(sealedBytes[..NonceBytes], sealedBytes[(NonceBytes + TagBytes)..], sealedBytes.Slice(NonceBytes, TagBytes), plain, boundTo);
        return plain;
    }
}
