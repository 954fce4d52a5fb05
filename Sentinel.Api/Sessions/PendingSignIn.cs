using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Sentinel.Api.Sessions;

/// <summary>
/// A sign-in between leaving for GitHub and coming back. It rests sealed in a cookie of the browser that began it, so that any replica can
/// finish it and no other browser can: a class, because a record would print the verifier.
/// </summary>
internal sealed class PendingSignIn
{
    /// <summary>How long a person may take at GitHub; its codes live as long.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const string Purpose = "sign-in under way";

    public required string State { get; init; }

    /// <summary>PKCE's secret.</summary>
    public required string Verifier { get; init; }

    public required Uri RedirectUri { get; init; }

    public required string ReturnUrl { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public string Seal(IDataProtectionProvider protection) =>
        WebEncoders.Base64UrlEncode(protection.CreateProtector(Purpose).Protect(JsonSerializer.SerializeToUtf8Bytes(this)));

    /// <summary>Null when the text was not sealed by this installation, is over, or belongs to another state.</summary>
    public static PendingSignIn? Open(IDataProtectionProvider protection, string? text, string? state, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(text) || string.IsNullOrEmpty(state)) return null;
        PendingSignIn? pending;
        try
        {
            pending = JsonSerializer.Deserialize<PendingSignIn>(protection.CreateProtector(Purpose).Unprotect(WebEncoders.Base64UrlDecode(text)));
        }
        catch (Exception ex) when (ex is CryptographicException or FormatException or JsonException)
        {
            return null;
        }

        return pending is not null && pending.ExpiresAt > now
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(pending.State), Encoding.UTF8.GetBytes(state))
            ? pending
            : null;
    }
}
