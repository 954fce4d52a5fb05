namespace Sentinel.GitHub.Contents;

/// <summary>An entry of a commit's root folder.</summary>
/// <param name="Mode">100644 or 100755 (file), 040000 (folder), 120000 (link), 160000 (submodule).</param>
/// <param name="Size">Bytes; null for what is no file.</param>
public sealed record TreeEntry(string Path, string Mode, string Sha, long? Size)
{
    /// <summary>Whether it is a file: neither a link nor anything else.</summary>
    public bool IsFile => Mode.StartsWith("100", StringComparison.Ordinal);

    /// <summary>Whether it is a symbolic link.</summary>
    public bool IsLink => Mode == "120000";
}

/// <summary>Single files of commits, without git.</summary>
public static class TreeCalls
{
    /// <summary>What lies in the root folder of a commit.</summary>
    /// <exception cref="Errors.GitHubException">There is no such commit, or GitHub does not say.</exception>
    /// <remarks>https://docs.github.com/en/rest/git/trees#get-a-tree</remarks>
    public static async Task<IReadOnlyList<TreeEntry>> RootAsync(this GitHubConnection connection, string repository, string commitSha, CancellationToken cancellationToken) =>
        (await connection.GetAsync<Tree>($"repos/{repository}/git/trees/{commitSha}", cancellationToken)).Entries;

    /// <summary>A file's bytes. Look at its size first: GitHub hands out up to 100 MB.</summary>
    /// <exception cref="FormatException">GitHub's answer is not base64.</exception>
    /// <exception cref="Errors.GitHubException">There is no such blob, or GitHub does not say.</exception>
    /// <remarks>https://docs.github.com/en/rest/git/blobs#get-a-blob</remarks>
    public static async Task<byte[]> BlobAsync(this GitHubConnection connection, string repository, string sha, CancellationToken cancellationToken) =>
        Convert.FromBase64String((await connection.GetAsync<Blob>($"repos/{repository}/git/blobs/{sha}", cancellationToken)).Content);

    private sealed record Tree([property: System.Text.Json.Serialization.JsonPropertyName("tree")] IReadOnlyList<TreeEntry> Entries);

    private sealed record Blob(string Content);
}
