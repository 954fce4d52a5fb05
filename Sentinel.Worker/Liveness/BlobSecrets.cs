using Microsoft.Extensions.Options;
using Sentinel.Data.Findings;
using Sentinel.Data.Repositories;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Scanning;
using Sentinel.Worker.Checkout;

namespace Sentinel.Worker.Liveness;

/// <summary>Reads a finding's content from its repository again, as the value itself is stored nowhere.</summary>
internal sealed class BlobSecrets(GitMirror mirror, IOptions<CheckoutOptions> checkout)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>The secret with this fingerprint; null when the content does not hold it any more, or cannot be read.</summary>
    public async Task<LeakedValue?> ReadAsync(
        Repository repository, FindingInstance instance, string fingerprint, string ruleId, byte[] key, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content;
        try
        {
            var fetched = await mirror.FetchAsync(repository.Id, repository.CloneUrl, instance.CommitSha, instance.Ref, cancellationToken);
            await using var blobs = new BlobReader(fetched.Git, 1, checkout.Value.Reading);
            content = await blobs.ReadAsync(instance.BlobSha, cancellationToken);
        }
        catch (Exception ex) when (ex is GitException or IOException)
        {
            return null;
        }

        var file = new SourceFile(instance.Path, content);
        if (file.IsBinary) return null;
        var seen = new SeenSecrets(new HashSet<string>(StringComparer.Ordinal) { ruleId });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        foreach (var analyzer in ScannerRegistration.Analyzers.Where(a => a.Rules.Any(r => r.Id == ruleId)))
            await analyzer.AnalyzeAsync(file, new AnalysisContext(key, seen), limit.Token);
        return seen.Values.GetValueOrDefault(fingerprint);
    }
}
