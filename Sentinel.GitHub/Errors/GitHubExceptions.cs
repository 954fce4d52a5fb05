namespace Sentinel.GitHub.Errors;

/// <summary>The thing does not exist, or this caller may not know that it does: GitHub tells the two apart for nobody.</summary>
/// <remarks>https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#404-not-found-for-an-existing-resource</remarks>
public sealed class GitHubNotFoundException : GitHubException
{
    internal GitHubNotFoundException(GitHubAnswer answer) : base(answer.Describe("It is not at GitHub, or Sentinel's App was not given access to it"), answer) =>
        IsGone = answer.StatusCode is 410 or 451;

    /// <summary>Whether it existed and is gone for good (410), or is withheld for legal reasons (451).</summary>
    public bool IsGone { get; }
}

/// <summary>The caller is known and may not do this.</summary>
public sealed class GitHubForbiddenException : GitHubException
{
    internal GitHubForbiddenException(GitHubAnswer answer, string? missingPermission)
        : base(answer.Describe(missingPermission is null ? "GitHub forbids it" : $"GitHub forbids it; the App needs the permission {missingPermission}"), answer) =>
        MissingPermission = missingPermission;

    /// <summary>
    /// What the App would need, as GitHub's <c>X-Accepted-GitHub-Permissions</c> names it (<c>checks=write</c>; alternatives are apart by
    /// <c>;</c>); null when a permission is not the reason: an archived repository, a suspended installation.
    /// </summary>
    public string? MissingPermission { get; }
}

/// <summary>GitHub does not accept the credential, or there is none.</summary>
public sealed class GitHubUnauthorizedException : GitHubException
{
    internal GitHubUnauthorizedException(GitHubAnswer answer) : base(answer.Describe("GitHub does not accept Sentinel's credential"), answer)
    {
    }

    private GitHubUnauthorizedException(string message) : base(message, answer: null)
    {
    }

    internal static GitHubUnauthorizedException NoApp() =>
        new("No GitHub App is set up: make one on the dashboard (Settings, GitHub App), or set GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY (or their _FILE forms).");
}

/// <summary>GitHub wants no more requests for now. It did not act on this one.</summary>
public sealed class GitHubRateLimitedException : GitHubException
{
    internal GitHubRateLimitedException(string request, DateTimeOffset until, bool isSecondary, GitHubAnswer? answer)
        : base($"GitHub's {(isSecondary ? "secondary " : "")}rate limit is reached: {request} may be sent again at {until:O}.", answer)
    {
        Until = until;
        IsSecondary = isSecondary;
    }

    /// <summary>When to try again, by this machine's clock.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>Whether it was the pace (secondary) rather than the hourly number of requests (primary).</summary>
    public bool IsSecondary { get; }

    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>GitHub was not reached, took too long, or had a fault of its own, also after the retries that are safe.</summary>
public sealed class GitHubUnavailableException : GitHubException
{
    internal GitHubUnavailableException(string request, bool mayHaveActed, Exception inner)
        : base($"GitHub did not answer {request} ({inner.GetType().Name}).{Warning(mayHaveActed)}", answer: null, inner) => MayHaveActed = mayHaveActed;

    internal GitHubUnavailableException(GitHubAnswer answer, bool mayHaveActed)
        : base(answer.Describe("GitHub has a fault") + Warning(mayHaveActed), answer) => MayHaveActed = mayHaveActed;

    /// <summary>
    /// Whether GitHub may have done what was asked although it did not say so. Look before asking again: the request is not idempotent.
    /// </summary>
    public bool MayHaveActed { get; }

    /// <inheritdoc/>
    public override bool IsTransient => true;

    private static string Warning(bool mayHaveActed) => mayHaveActed ? " It may have acted all the same." : "";
}

/// <summary>GitHub understood the request and refuses it: invalid values (422), a conflict with the present state (409), a malformed request (400).</summary>
public sealed class GitHubRejectedException : GitHubException
{
    internal GitHubRejectedException(GitHubAnswer answer, IReadOnlyList<GitHubFieldError> errors)
        : base(answer.Describe($"GitHub rejects it{(errors.Count == 0 ? "" : $" ({string.Join("; ", errors)})")}"), answer) => Errors = errors;

    /// <summary>What was wrong with which field; empty when GitHub did not say.</summary>
    public IReadOnlyList<GitHubFieldError> Errors { get; }
}

/// <summary>One of the errors of a 422. The value that was sent is left out: it may be secret.</summary>
/// <param name="Resource">Such as <c>CheckRun</c>; null when GitHub did not say.</param>
/// <param name="Field">Such as <c>annotations</c>; null when GitHub did not say.</param>
/// <param name="Code"><c>missing</c>, <c>missing_field</c>, <c>invalid</c>, <c>already_exists</c>, <c>unprocessable</c> or <c>custom</c>.</param>
/// <param name="Message">GitHub's words, at most 500 characters.</param>
/// <remarks>https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed</remarks>
public sealed record GitHubFieldError(string? Resource, string? Field, string? Code, string? Message)
{
    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', new[] { Resource, Field, Code, Message }.Where(part => !string.IsNullOrEmpty(part)));
}
