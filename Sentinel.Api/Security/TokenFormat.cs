using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Api.Security;

/// <summary>Makes and recognises tokens. Only their SHA-256 is stored: 256 random bits need no slow hash.</summary>
internal static class TokenFormat
{
    public const string ApiPrefix = "snt_";
    public const string SessionPrefix = "sns_";

    private const int RandomBytes = 32;
    private const int Length = 4 + 43;

    public static string Create(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));

    /// <summary>True for a text that could be one of our tokens, so that anything else costs no query.</summary>
    public static bool IsWellFormed(string token) =>
        token.Length == Length
        && (token.StartsWith(ApiPrefix, StringComparison.Ordinal) || token.StartsWith(SessionPrefix, StringComparison.Ordinal))
        && Base64Url.IsValid(token.AsSpan(4));
}
