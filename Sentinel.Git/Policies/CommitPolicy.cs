using Sentinel.Git.Blobs;
using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Git.Policies;

/// <summary>The policy that a commit holds.</summary>
public static class CommitPolicy
{
    /// <summary>Reads it from the commit's tree; <see cref="PolicyReading.None"/> when there is no file.</summary>
    /// <param name="commitSha">Full hash. To judge a change this is its merge base, never its head.</param>
    /// <exception cref="GitException">The commit is not there, or git took too long.</exception>
    public static async Task<PolicyReading> ReadAsync(GitRunner git, string commitSha, GitLimits limits, CancellationToken cancellationToken)
    {
        var tree = await GitTree.ReadAsync(git, commitSha, PolicyFile.Names, limits, cancellationToken);
        await using var blobs = new BlobReader(git, processes: 1, limits);
        return await ReadAsync(tree, blobs, cancellationToken);
    }

    /// <summary>Reads it from a listed tree; <see cref="PolicyReading.None"/> when there is no file.</summary>
    /// <param name="tree">The commit's files, or those of <see cref="PolicyFile.Names"/> among them.</param>
    public static async Task<PolicyReading> ReadAsync(GitTree tree, BlobReader blobs, CancellationToken cancellationToken)
    {
        var files = tree.Entries.Where(e => PolicyFile.Names.Contains(e.Path)).ToArray();
        var others = tree.Skipped.Where(s => PolicyFile.Names.Contains(s.Path)).ToArray();
        if (files.Length + others.Length > 1) return PolicyReader.Both();
        if (others is [var other])
            return other.Reason == SkipReason.Symlink ? PolicyReader.Link(other.Path) : PolicyReader.Refused(other.Path, "This is no file.", "Put the policy there, or take it away.");
        if (files is not [var file]) return PolicyReading.None;
        if (file.Length > PolicyFile.MaxBytes) return PolicyReader.TooLarge(file.Path, file.Length);
        try
        {
            return PolicyReader.Read(file.Path, (await blobs.ReadAsync(file.BlobId!, cancellationToken)).Span, cancellationToken);
        }
        catch (UnreadableBlobException ex)
        {
            // Without it nobody knows what it allows: the defaults hold, and the error says why.
            return PolicyReader.Refused(file.Path, $"The file cannot be read: {ex.Message}", "Fetch or mend the repository (git fsck tells more).");
        }
    }
}
