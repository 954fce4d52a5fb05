namespace Sentinel.GitHub.CodeScanning;

/// <summary>Code scanning (https://docs.github.com/en/rest/code-scanning/code-scanning), which shows results under a repository's Security tab.</summary>
public static class CodeScanningCalls
{
    /// <summary>Largest analysis in bytes, gzipped (https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/file-too-large).</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>Results of a run that GitHub keeps, the worst first (https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit).</summary>
    public const int MaxResults = 5000;

    /// <summary>Takes the place of what was uploaded for the ref before; sent again it does no harm.</summary>
    /// <param name="repository"><c>owner/name</c>.</param>
    /// <param name="reference">Full name of the branch.</param>
    /// <param name="gzip">SARIF 2.1.0, gzipped; at most <see cref="MaxBytes"/>.</param>
    public static Task<SarifReceipt> UploadSarifAsync(this GitHubConnection connection, string repository, string commitSha, string reference, byte[] gzip, CancellationToken cancellationToken) =>
        connection.SendAsync<SarifReceipt>(
            HttpMethod.Post, $"repos/{repository}/code-scanning/sarifs", new SarifWrite(commitSha, reference, Convert.ToBase64String(gzip)), cancellationToken, isRepeatable: true);

    /// <summary>What became of an upload, which GitHub reads after it has answered.</summary>
    public static Task<SarifState> SarifStateAsync(this GitHubConnection connection, string repository, string id, CancellationToken cancellationToken) =>
        connection.GetAsync<SarifState>($"repos/{repository}/code-scanning/sarifs/{Uri.EscapeDataString(id)}", cancellationToken);

    private sealed record SarifWrite(string CommitSha, string Ref, string Sarif);
}

/// <summary>An accepted upload.</summary>
public sealed record SarifReceipt(string Id);

/// <summary>What became of an upload.</summary>
/// <param name="ProcessingStatus">pending, complete or failed.</param>
/// <param name="Errors">Why it failed; null otherwise.</param>
public sealed record SarifState(string ProcessingStatus, IReadOnlyList<string>? Errors);
