using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Worker.Liveness;

/// <summary>
/// Signs a request to AWS STS, so that only a signature leaves and not the secret key. The steps are those of
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
/// </summary>
internal static class AwsSignature
{
    /// <summary>As provider files name it.</summary>
    public const string Name = "aws-sts";

    // GetCallerIdentity needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    private const string Action = "Action=GetCallerIdentity&Version=2011-06-15";
    private const string Region = "us-east-1";
    private const string Service = "sts";
    private const string ContentType = "application/x-www-form-urlencoded; charset=utf-8";

    /// <summary>Gives the request its body, its date and its signature.</summary>
    public static void Apply(HttpRequestMessage request, string keyId, string secretKey, DateTimeOffset now)
    {
        request.Content = new StringContent(Action, Encoding.UTF8, "application/x-www-form-urlencoded");
        var timestamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", timestamp);
        request.Headers.TryAddWithoutValidation("Authorization", Authorization(request.RequestUri!.Authority, keyId, secretKey, timestamp));
    }

    internal static string Authorization(string host, string keyId, string secretKey, string timestamp)
    {
        const string signedHeaders = "content-type;host;x-amz-date";
        var date = timestamp[..8];
        var scope = $"{date}/{Region}/{Service}/aws4_request";
        var canonical = $"POST\n/\n\ncontent-type:{ContentType}\nhost:{host}\nx-amz-date:{timestamp}\n\n{signedHeaders}\n{Hash(Action)}";
        var toSign = $"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{Hash(canonical)}";
        var key = Encoding.UTF8.GetBytes($"AWS4{secretKey}");
        foreach (var step in (string[])[date, Region, Service, "aws4_request"]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        return $"AWS4-HMAC-SHA256 Credential={keyId}/{scope}, SignedHeaders={signedHeaders}, Signature={signature}";
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
