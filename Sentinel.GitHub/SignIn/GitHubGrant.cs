namespace Sentinel.GitHub.SignIn;

/// <summary>GitHub's answer to a code or to a refresh token: a closed pair.</summary>
public abstract class GitHubGrant
{
    private GitHubGrant()
    {
    }

    /// <summary>GitHub hands out a token.</summary>
    public sealed class Given(UserToken token) : GitHubGrant
    {
        public UserToken Token { get; } = token;
    }

    /// <summary>GitHub refuses.</summary>
    /// <param name="code">GitHub's own, such as <c>bad_verification_code</c> or <c>incorrect_client_credentials</c>.</param>
    /// <remarks>https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors</remarks>
    public sealed class Refused(string code) : GitHubGrant
    {
        public string Code { get; } = code;

        /// <summary>Whether the operator has to act: the client's id, secret or callback address are not what GitHub knows.</summary>
        public bool IsSetupFault => Code is "incorrect_client_credentials" or "redirect_uri_mismatch" or "unverified_user_email";
    }
}

/// <summary>A person's token. Secret: a class, because a record would print it.</summary>
public sealed class UserToken
{
    /// <summary>What requests are made with.</summary>
    public required string AccessToken { get; init; }

    /// <summary>When it ends; null for one that does not.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Gives the next token, once; null for a token that does not end.</summary>
    public string? RefreshToken { get; init; }
}
