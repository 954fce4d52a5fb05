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
