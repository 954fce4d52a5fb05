namespace Sentinel.Contracts.Sessions;

/// <summary>What a person or token may do; each role includes the ones before it.</summary>
public enum Role { Viewer, Triager, Admin }

/// <summary>A new session. The token is shown once, here.</summary>
public sealed record SessionCreated(string Token, string Login, Role Role, DateTimeOffset ExpiresAt)
{
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Login = ").Append(Login).Append(", Role = ").Append(Role);
        return true;
    }
}

/// <summary>Who is calling.</summary>
public sealed record SessionInfo(string Login, Role Role, DateTimeOffset ExpiresAt, bool IsApiToken);

/// <summary>Which ways of signing in this installation offers.</summary>
/// <param name="Local">Local sign-in: Development and loopback only.</param>
/// <param name="GitHub">GitHub sign-in is configured.</param>
public sealed record SignInOptions(bool Local, bool GitHub);

/// <summary>Body of <c>POST /api/v1/tokens</c>.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="ExpiresInDays">1 to 366; 90 when null.</param>
public sealed record CreateTokenRequest(string Name, Role Role, int? ExpiresInDays);

/// <summary>A new API token. The value is shown once, here.</summary>
public sealed record TokenCreated(Guid Id, string Name, string Token, DateTimeOffset ExpiresAt)
{
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Id = ").Append(Id).Append(", Name = ").Append(Name);
        return true;
    }
}

/// <summary>An API token without its value.</summary>
public sealed record TokenSummary(
    Guid Id, string Name, string Owner, Role Role, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>Body of <c>POST /api/v1/session/github</c>: somebody wants to sign in with GitHub.</summary>
/// <param name="RedirectUri">Where GitHub sends the browser back to: <c>https://HOST/auth/github/callback</c> of the dashboard.</param>
/// <param name="ReturnUrl">The page that was asked for, a path on the dashboard; null for the first one.</param>
public sealed record GitHubSignInRequest(string RedirectUri, string? ReturnUrl);

/// <summary>A sign-in that has begun.</summary>
/// <param name="AuthorizeUrl">Where to send the browser.</param>
/// <param name="Pending">Sealed. Goes into an HttpOnly cookie of this browser, and from there into <see cref="GitHubSignInCompletion"/>.</param>
public sealed record GitHubSignInStarted(string AuthorizeUrl, string Pending)
{
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("AuthorizeUrl = ").Append(AuthorizeUrl);
        return true;
    }
}

/// <summary>Body of <c>POST /api/v1/session/github/complete</c>: what GitHub sent the browser back with.</summary>
/// <param name="Pending">From the browser's cookie; null when it had none.</param>
/// <param name="State">From the address.</param>
/// <param name="Code">From the address; null when GitHub sent an error.</param>
/// <param name="Error">From the address, such as <c>access_denied</c>; null when GitHub sent a code.</param>
public sealed record GitHubSignInCompletion(string? Pending, string? State, string? Code, string? Error)
{
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("Error = ").Append(Error);
        return true;
    }
}

/// <summary>A finished sign-in with GitHub.</summary>
/// <param name="ReturnUrl">A path on the dashboard.</param>
public sealed record GitHubSignInDone(SessionCreated Session, string ReturnUrl);
