using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>The GitHub App that the fake knows; its secrets are made anew for each server.</summary>
internal sealed class FakeApp : IDisposable
{
    /// <summary>GitHub's longest lifetime of a JSON web token.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromMinutes(10);

    private readonly RSA _key = RSA.Create(2048);

    public long Id { get; init; } = 424242;

    public string Slug { get; init; } = "sentinel-test";

    public string Name { get; init; } = "Sentinel test";

    public string ClientId { get; init; } = "Iv1.0123456789abcdef";

    public FakeAccount Owner { get; set; } = new(9919, "acme-apps", "Organization");

    public IReadOnlyDictionary<string, string> Permissions { get; init; } =
        new Dictionary<string, string> { ["checks"] = "write", ["contents"] = "read", ["metadata"] = "read", ["pull_requests"] = "write" };

    public IReadOnlyList<string> Events { get; init; } = ["push", "pull_request"];

    /// <summary>Where people may be sent back to; null for anywhere.</summary>
    public IReadOnlyList<string>? CallbackUrls { get; init; }

    public string ClientSecret { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    public string WebhookSecret { get; set; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    public string PrivateKeyPem => _key.ExportRSAPrivateKeyPem();

    /// <summary>What the App writes as.</summary>
    public FakeAccount Bot { get; } = new(41898282, "sentinel-test[bot]", "Bot");

    /// <summary>Checks a JSON web token as GitHub does.</summary>
    /// <returns>Null when it is accepted, else GitHub's words.</returns>
    public string? Refuse(string token, DateTimeOffset now)
    {
        const string Undecodable = "A JSON web token could not be decoded";
        if (token.Split('.') is not [var header, var claims, var signature]) return Undecodable;
        try
        {
            var signed = Encoding.ASCII.GetBytes($"{header}.{claims}");
            using var head = JsonDocument.Parse(Base64Url.DecodeFromChars(header));
            if (head.RootElement.GetProperty("alg").GetString() != "RS256") return Undecodable;
            if (!_key.VerifyData(signed, Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) return Undecodable;
            using var body = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            var issuer = body.RootElement.GetProperty("iss").ToString();
            if (issuer != Id.ToString(CultureInfo.InvariantCulture) && issuer != ClientId) return "'Issuer' claim ('iss') must be an Integer";
            var issued = DateTimeOffset.FromUnixTimeSeconds(body.RootElement.GetProperty("iat").GetInt64());
            if (issued > now) return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
            var expires = DateTimeOffset.FromUnixTimeSeconds(body.RootElement.GetProperty("exp").GetInt64());
            if (expires <= now) return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
            return expires > now + MaxLifetime ? "'Expiration time' claim ('exp') is too far in the future" : null;
        }
        catch (Exception ex) when (ex is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Undecodable;
        }
    }

    public void Dispose() => _key.Dispose();
}
