namespace Sentinel.GitHub.Errors;

/// <summary>
/// A request that GitHub did not fulfil. The kinds are a closed list: <see cref="GitHubNotFoundException"/>,
/// <see cref="GitHubForbiddenException"/>, <see cref="GitHubUnauthorizedException"/>, <see cref="GitHubRateLimitedException"/>,
/// <see cref="GitHubUnavailableException"/>, <see cref="GitHubRejectedException"/>. Messages hold the method, the path, the status and
/// GitHub's own words; never a header or a body that was sent.
/// </summary>
public abstract class GitHubException : Exception
{
    private protected GitHubException(string message, GitHubAnswer? answer, Exception? inner = null) : base(message, inner)
    {
        StatusCode = answer?.StatusCode;
        GitHubRequestId = answer?.RequestId;
    }

    /// <summary>HTTP status; null when there was no answer, or when GraphQL reported the fault in a 200.</summary>
    public int? StatusCode { get; }

    /// <summary>GitHub's <c>X-GitHub-Request-Id</c>, for its support; null when there was none.</summary>
    public string? GitHubRequestId { get; }

    /// <summary>Whether the same request may succeed later without anybody doing anything.</summary>
    public virtual bool IsTransient => false;
}
