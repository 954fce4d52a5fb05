using System.Buffers;
using System.Security.Cryptography;

namespace Sentinel.Api.Webhooks;

/// <summary>GitHub's <c>X-Hub-Signature-256</c>: HMAC-SHA-256 over the raw bytes of the body.</summary>
internal static class WebhookSignature
{
    public const string HeaderName = "X-Hub-Signature-256";

    private const string Prefix = "sha256=";

    /// <summary>True only for a well-formed signature made with one non-empty secret; compares in constant time.</summary>
    public static bool IsValid(ReadOnlySpan<byte> body, string? header, ReadOnlySpan<byte> secret)
    {
        // An empty secret would let anyone sign: that is a refusal, never a pass.
        if (secret.IsEmpty || !TryParse(header, out var claimed)) return false;
        Span<byte> actual = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, body, actual);
        return CryptographicOperations.FixedTimeEquals(actual, claimed);
    }

    /// <summary>True when the header has the form of a signature, so that a body without one is refused before it is read.</summary>
    public static bool IsWellFormed(string? header) => TryParse(header, out _);

    private static bool TryParse(string? header, out byte[] signature)
    {
        signature = new byte[HMACSHA256.HashSizeInBytes];
        return header is not null
            && header.Length == Prefix.Length + (2 * HMACSHA256.HashSizeInBytes)
            && header.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.FromHexString(header.AsSpan(Prefix.Length), signature, out _, out _) is OperationStatus.Done;
    }
}
