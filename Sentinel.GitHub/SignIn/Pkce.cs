using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sentinel.GitHub.SignIn;

/// <summary>Proof Key for Code Exchange, RFC 7636: a code that leaks is worth nothing without the verifier.</summary>
public static class Pkce
{
    private const int VerifierBytes = 32;

    /// <summary>256 random bits as 43 characters; secret until the code is exchanged.</summary>
    public static string NewVerifier() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(VerifierBytes));

    /// <summary>The <c>S256</c> challenge of a verifier.</summary>
    public static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
