namespace Sentinel.Git;

/// <summary>A repository on this machine, found from a folder as git finds it; it may be somebody else's and hostile.</summary>
/// <param name="Git">Runs git on it; nothing is ever fetched.</param>
/// <param name="IsBare">Whether it has no work tree.</param>
/// <param name="IsShallow">Whether its history is cut: what lies before cannot be read.</param>
/// <param name="IsPartial">Whether some contents or trees are kept by a remote alone: they cannot be read here.</param>
public sealed record LocalRepository(GitRunner Git, bool IsBare, bool IsShallow, bool IsPartial)
{
    private const long MaxText = 1024 * 1024;

    /// <summary>Looks in a folder and in those above it.</summary>
    /// <param name="folder">A folder of a work tree, a <c>.git</c> folder or a bare repository.</param>
    /// <param name="indexFile">Another index than the repository's own; null for its own.</param>
    /// <returns>Null when the folder belongs to no repository.</returns>
    /// <exception cref="GitException">There is no git, or it took too long.</exception>
    public static async Task<LocalRepository?> FindAsync(string folder, string? indexFile, GitLimits limits, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(folder);
        await using var process = GitProcess.Start(
            full, ["rev-parse", "--absolute-git-dir", "--is-bare-repository", "--is-shallow-repository"], remoteSettings: null, indexFile: null);
        using var output = new StreamReader(process.Output);
        var text = await output.ReadToEndAsync(cancellationToken).WaitAsync(limits.CommandTimeout, cancellationToken);
        var (exitCode, _) = await process.EndAsync(cancellationToken);
        if (exitCode != 0 || text.TrimEnd('\n').Split('\n') is not [.. var directory, var bare, var shallow]) return null;

        var git = new GitRunner(string.Join('\n', directory)) { IndexFile = indexFile is null ? null : Path.GetFullPath(indexFile) };
        return new LocalRepository(git, bare == "true", shallow == "true", await IsPartialAsync(git, limits, cancellationToken));
    }

    // https://git-scm.com/docs/partial-clone: either key marks a remote that promised to keep what is not here.
    private static async Task<bool> IsPartialAsync(GitRunner git, GitLimits limits, CancellationToken cancellationToken) =>
        (await git.RunAsync(
            ["config", "--local", "--get-regexp", @"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"], limits.CommandTimeout, MaxText, cancellationToken)).ExitCode == 0;
}
