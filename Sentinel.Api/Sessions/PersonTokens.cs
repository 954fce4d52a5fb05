using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Sentinel.Data.Access;
using Sentinel.GitHub.SignIn;

namespace Sentinel.Api.Sessions;

/// <summary>People's GitHub tokens, as they rest in the database: encrypted, each for its person alone.</summary>
internal sealed class PersonTokens(IDataProtectionProvider protection)
{
    public void Store(Person person, UserToken token)
    {
        var protector = ProtectorOf(person);
        person.GitHubToken = protector.Protect(Encoding.UTF8.GetBytes(token.AccessToken));
        person.GitHubTokenExpiresAt = token.ExpiresAt;
        person.GitHubRefreshToken = token.RefreshToken is { } refresh ? protector.Protect(Encoding.UTF8.GetBytes(refresh)) : null;
    }

    /// <summary>Null when there is none, or when it was encrypted with keys that are gone.</summary>
    public UserToken? Reveal(Person person) => Open(person, person.GitHubToken) is { } token
        ? new UserToken { AccessToken = token, ExpiresAt = person.GitHubTokenExpiresAt, RefreshToken = Open(person, person.GitHubRefreshToken) }
        : null;

    private string? Open(Person person, byte[]? stored)
    {
        if (stored is null) return null;
        try
        {
            return Encoding.UTF8.GetString(ProtectorOf(person).Unprotect(stored));
        }
        catch (CryptographicException)
        {
            // The client's secret was changed: the person signs in again.
            return null;
        }
    }

    // A row's token copied into another row opens nothing.
    private IDataProtector ProtectorOf(Person person) => protection.CreateProtector("github-token", person.Id.ToString());
}
