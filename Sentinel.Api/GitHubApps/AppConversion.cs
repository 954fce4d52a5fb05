using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Sentinel.GitHub.App;

namespace Sentinel.Api.GitHubApps;

/// <summary>GitHub's answer to a manifest's code: the App with its secrets. A class, because a record would print them.</summary>
/// <remarks>https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest</remarks>
internal sealed partial class AppConversion
{
    private const int MaxText = 500;

    public long Id { get; init; }

    public string? Slug { get; init; }

    public string? Name { get; init; }

    public string? HtmlUrl { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    /// <summary>Null for an App whose webhook is off.</summary>
    public string? WebhookSecret { get; init; }

    public string? Pem { get; init; }

    public AppOwner? Owner { get; init; }

    /// <summary>What of it has to be kept secret.</summary>
    public GitHubAppCredentials Credentials => new()
    {
        AppId = Id,
        PrivateKeyPem = Pem!,
        WebhookSecret = string.IsNullOrEmpty(WebhookSecret) ? null : WebhookSecret,
        ClientId = ClientId,
        ClientSecret = ClientSecret,
    };

    /// <summary>Whether everything is there, and as it must be.</summary>
    public bool IsWhole =>
        Id > 0 && Slug is not null && SlugPattern().IsMatch(Slug) && Name is { Length: > 0 and <= MaxText } && ClientId is { Length: > 0 and <= MaxText }
        && ClientSecret is { Length: > 0 and <= MaxText } && Owner is { Login.Length: > 0 and <= MaxText } && HtmlUrl is { Length: <= MaxText } && IsKey(Pem);

    private static bool IsKey(string? pem)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return true;
        }
        catch (Exception ex) when (ex is ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SlugPattern();
}

/// <summary>Whom an App belongs to.</summary>
/// <param name="Type"><c>User</c> or <c>Organization</c>; GitHub leaves it out for an enterprise.</param>
internal sealed record AppOwner(string? Login, string? Type);
