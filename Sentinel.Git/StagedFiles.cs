using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Scanning;

namespace Sentinel.Git;

/// <summary>What the next commit would change: the index against HEAD. Contents come from the index, never from the work tree.</summary>
/// <param name="Tree">The added and changed files.</param>
/// <param name="Before">The versions that HEAD has of those that are changed, moved or deleted, under their paths there.</param>
public sealed record StagedFiles(GitTree Tree, GitTree Before)
{
    private const int LineOverhead = 300;

    // Git knows these without storing them: what a repository without commits is compared with.
    private const string EmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    private const string EmptyTreeSha256 = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";

    /// <summary>Asks git.</summary>
    /// <exception cref="GitException">There is no index, more files than the limit, or git took too long.</exception>
    public static async Task<StagedFiles> ReadAsync(LocalRepository repository, GitLimits limits, CancellationToken cancellationToken)
    {
        var git = repository.Git;
        var head = await GitRefs.ResolveAsync(git, "HEAD", limits, cancellationToken) ?? await EmptyTreeAsync(git, limits, cancellationToken);
        var listed = await git.RunAsync(
            ["diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "-O/dev/null", head, "--"],
            limits.CommandTimeout, (long)limits.MaxFiles * LineOverhead, cancellationToken);
        if (listed.ExitCode != 0) throw GitFault.Of("comparing the index with HEAD", listed);
        return await ParseAsync(repository, listed.Output, limits, cancellationToken);
    }

    private static async Task<StagedFiles> ParseAsync(LocalRepository repository, byte[] output, GitLimits limits, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(output);
        var tokens = new NulReader(stream.ReadAsync, limits.MaxPathBytes);
        List<(string Path, string BlobId)> changed = [];
        List<(string Path, string BlobId)> before = [];
        List<SkippedEntry> skipped = [];
        while (await tokens.MoveNextAsync(cancellationToken))
        {
            var record = RawRecord.Parse(tokens.Token);
            if (record is null || !await tokens.MoveNextAsync(cancellationToken)) throw new GitException("git-failed", "git described the index in a way that is not understood.", transient: false);
            var path = GitPath.Decode(tokens.Token) + (tokens.IsCut ? "…" : "");
            if (record.Value.PreviousBlobId is { } previous) before.Add((path, previous));
            if (record.Value.Mode == "120000") skipped.Add(new SkippedEntry(path, 0, SkipReason.Symlink));
            else if (record.Value.Mode == "160000") skipped.Add(new SkippedEntry(path, 0, SkipReason.Submodule));
            // Deleted, or an unresolved conflict, which cannot be committed.
            else if (record.Value.Mode != "000000" && !CommitId.IsNull(record.Value.BlobId)) changed.Add((path, record.Value.BlobId));
        }
        return new StagedFiles(
            await TreeAsync(repository, [.. changed], skipped, limits, cancellationToken),
            await TreeAsync(repository, [.. before], [], limits, cancellationToken));
    }

    private static async Task<GitTree> TreeAsync(
        LocalRepository repository, (string Path, string BlobId)[] files, List<SkippedEntry> skipped, GitLimits limits, CancellationToken cancellationToken)
    {
        var sizes = await BlobSizes.ReadAsync(repository.Git, [.. files.Select(f => f.BlobId)], repository.IsPartial, limits, cancellationToken);
        var entries = new List<FileEntry>(files.Length);
        for (var i = 0; i < files.Length; i++)
        {
            if (sizes[i] is { } length) entries.Add(new FileEntry(files[i].Path, length, files[i].BlobId));
            else skipped.Add(new SkippedEntry(files[i].Path, 0, SkipReason.Unreadable));
        }
        return new GitTree(entries, skipped, IsComplete: true);
    }

    private static async Task<string> EmptyTreeAsync(GitRunner git, GitLimits limits, CancellationToken cancellationToken)
    {
        var format = await git.RunAsync(["rev-parse", "--show-object-format"], limits.CommandTimeout, LineOverhead, cancellationToken);
        return format.Text == "sha256" ? EmptyTreeSha256 : EmptyTree;
    }
}
