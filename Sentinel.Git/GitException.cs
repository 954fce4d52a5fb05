namespace Sentinel.Git;

/// <summary>A repository cannot be read. The message is for people: it names the thing and the remedy, and holds no credential.</summary>
/// <param name="code">
/// Stable code: repository-not-found, access-denied, commit-not-found, ref-not-found, empty-repository, too-large, timeout, unreachable,
/// credential-refused, not-allowed, corrupt, git-not-found, git-failed.
/// </param>
/// <param name="transient">Whether trying again later may help.</param>
public sealed class GitException(string code, string message, bool transient) : Exception(message)
{
    /// <summary>Stable code.</summary>
    public string Code { get; } = code;

    /// <summary>Whether trying again later may help.</summary>
    public bool Transient { get; } = transient;

    /// <summary>Trying again before this time is of no use, and none of the repository's fault; null when nothing is known.</summary>
    public DateTimeOffset? NotBefore { get; init; }
}
