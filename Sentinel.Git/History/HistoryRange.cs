namespace Sentinel.Git.History;

/// <summary>Which commits of a repository to walk. Commits are named by their full hash; <see cref="GitRefs"/> resolves other names.</summary>
public sealed record HistoryRange
{
    private HistoryRange(IReadOnlyList<string> options, IReadOnlyList<string> revisions) => (Options, Revisions) = (options, revisions);

    /// <summary>Options for git, constants all.</summary>
    internal IReadOnlyList<string> Options { get; }

    /// <summary>Lines for git's standard input: hashes, some with <c>^</c> before them.</summary>
    internal IReadOnlyList<string> Revisions { get; }

    /// <summary>Everything that HEAD, a branch, a remote's branch, a tag or any other ref leads to.</summary>
    /// <param name="includeStash">Whether changes that were put aside count.</param>
    public static HistoryRange All(bool includeStash = true) => new(includeStash ? ["--all"] : ["--exclude=refs/stash", "--all"], []);

    /// <summary>What <paramref name="after"/> has and <paramref name="before"/> has not: a push, a branch since its base.</summary>
    /// <exception cref="GitException">One is not a full hash.</exception>
    public static HistoryRange Between(string before, string after) => Reachable([after], [before]);

    /// <summary>What leads to <paramref name="from"/> and not to any of <paramref name="notFrom"/>; a force push's dropped commits are Reachable([before], [after]).</summary>
    /// <exception cref="GitException">One is not a full hash.</exception>
    public static HistoryRange Reachable(IReadOnlyList<string> from, IReadOnlyList<string> notFrom) =>
        new([], [.. from.Select(CommitId.Check), .. notFrom.Select(id => "^" + CommitId.Check(id))]);

    /// <summary>What leads to a commit and not to any ref: what only a clone, a cache or a reflog still knows.</summary>
    /// <exception cref="GitException">Not a full hash.</exception>
    public static HistoryRange Unreferenced(string commit) => new(["--not", "--all", "--not"], [CommitId.Check(commit)]);

    /// <summary>One commit.</summary>
    /// <exception cref="GitException">Not a full hash.</exception>
    public static HistoryRange OneCommit(string commit) => new(["--no-walk"], [CommitId.Check(commit)]);
}
