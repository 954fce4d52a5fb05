namespace Sentinel.Git;

/// <summary>Says in our words what git could not do. Git's own text may hold addresses and is not shown.</summary>
public static class GitFault
{
    private static readonly (string Said, string Code, string Message, bool Transient)[] Table =
    [
        ("could not read Username", "access-denied", "The repository does not exist, or it is private and Sentinel has no access to it.", false),
        ("Authentication failed", "access-denied", "The server refused Sentinel's credential.", false),
        ("error: 403", "access-denied", "The server refused access to the repository.", false),
        ("error: 429", "unreachable", "The server asks to come back later (rate limit).", true),
        ("error: 5", "unreachable", "The server had a fault of its own.", true),
        ("unable to update url base from redirection", "unreachable", "The repository has moved: its new address is taken from GitHub's next event.", true),
        ("error: 30", "unreachable", "The repository has moved: its new address is taken from GitHub's next event.", true),
        ("not found", "repository-not-found", "The repository does not exist at its address.", false),
        ("does not appear to be a git repository", "repository-not-found", "There is no git repository at this address.", false),
        ("does not exist", "repository-not-found", "There is no git repository at this address.", false),
        ("not our ref", "commit-not-found", "The commit is no longer in the repository.", false),
        ("couldn't find remote ref", "ref-not-found", "The branch or tag is no longer in the repository.", false),
        ("unadvertised object", "commit-not-found", "The server does not hand out this commit.", false),
        ("no such commit", "commit-not-found", "The commit is not in the repository.", false),
        ("bad object", "commit-not-found", "The commit is not in the repository.", false),
        ("not allowed", "not-allowed", "The protocol of the repository's address is not allowed.", false),
        ("Could not resolve host", "unreachable", "The server's name could not be resolved.", true),
        ("Failed to connect", "unreachable", "The server could not be reached.", true),
        ("Connection", "unreachable", "The connection to the server broke.", true),
        ("early EOF", "unreachable", "The connection to the server broke.", true),
        ("RPC failed", "unreachable", "The connection to the server broke.", true),
        ("Operation too slow", "timeout", "The server sent too slowly.", true),
        ("is corrupt", "corrupt", "The repository is damaged: an object of its history cannot be read (git fsck names it).", false),
        ("unable to read", "corrupt", "The repository is damaged: an object of its history cannot be read (git fsck names it).", false),
        ("could not read", "corrupt", "The repository is damaged: an object of its history cannot be read (git fsck names it).", false),
        ("Could not parse object", "corrupt", "The repository is damaged: an object of its history cannot be read (git fsck names it).", false),
        ("not a git repository", "repository-not-found", "There is no git repository at this place.", false),
        ("fsck error", "git-failed", "The repository holds a malformed object that git refuses.", false),
        ("bad tree", "git-failed", "The repository holds a malformed object that git refuses.", false),
        ("No space left", "git-failed", "The disk is full.", true),
    ];

    /// <summary>The exception that fits what git said.</summary>
    /// <param name="doing">What was tried, as in: git failed while …</param>
    /// <param name="result">Exit code and error text are looked at.</param>
    public static GitException Of(string doing, GitResult result)
    {
        foreach (var (said, code, message, transient) in Table)
        {
            if (result.Error.Contains(said, StringComparison.OrdinalIgnoreCase)) return new GitException(code, message, transient);
        }
        return new GitException("git-failed", $"git failed while {doing} (exit code {result.ExitCode}).", transient: true);
    }
}
