using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sentinel.GitHub.App;

/// <summary>The App's proof of identity: a JSON web token signed with its private key (RS256, RFC 7518 section 3.3).</summary>
/// <remarks>https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app</remarks>
internal static class AppJwt
{
    /// <summary>How far <c>iat</c> lies in the past, as GitHub recommends against clocks that drift apart.</summary>
    public static readonly TimeSpan Back = TimeSpan.FromSeconds(60);

    /// <summary>How far <c>exp</c> lies in the future. GitHub accepts 10 minutes by its own clock; one is left for the drift.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(9);

    // {"alg":"RS256","typ":"JWT"}
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8);

    /// <summary>A token that is valid from <see cref="Back"/> before <paramref name="now"/> to <see cref="Lifetime"/> after it.</summary>
    /// <param name="now">GitHub's time, as far as it is known.</param>
    /// <exception cref="InvalidOperationException">The private key is none; the message does not quote it.</exception>
    public static string Create(GitHubAppCredentials app, DateTimeOffset now)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iat"] = (now - Back).ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["iss"] = app.AppId.ToString(CultureInfo.InvariantCulture),
        });
        var signed = $"{Header}.{Base64Url.EncodeToString(claims)}";
        using var rsa = RSA.Create();
        try
        {
            // Hosts that cannot hold several lines in a variable give the key with \n written out.
            rsa.ImportFromPem(app.PrivateKeyPem.Replace("\\n", "\n", StringComparison.Ordinal));
        }
        catch (Exception ex) when (ex is ArgumentException or CryptographicException)
        {
            throw new InvalidOperationException("The GitHub App's private key is not an RSA private key in PEM form.");
        }
        return $"{signed}.{Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }
}
