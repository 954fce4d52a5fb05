using Sentinel.Git;
using Sentinel.Worker.Checkout;

namespace Sentinel.Worker.Exposure;

/// <summary>Tells at which branches' tips the contents of a history still stand, with one listing for each branch that is asked for.</summary>
internal static class BranchTips
{
    private const int MaxBranches = 500;

    /// <summary>Asks git for the trees of the branches.</summary>
    /// <returns>For a sighting the branches at whose tip its very content stands, under whatever path.</returns>
    public static async Task<Func<Sighting, IReadOnlyList<BranchTip>>> ReadAsync(
        WholeHistory whole, IReadOnlyList<Sighting> sightings, CheckoutOptions options, CancellationToken cancellationToken)
    {
        var wanted = sightings.Select(s => s.Blob.BlobId).ToHashSet(StringComparer.Ordinal);
        var standing = new Dictionary<string, List<BranchTip>>(StringComparer.Ordinal);
        if (wanted.Count == 0) return _ => [];
        foreach (var (name, commit) in whole.Branches.OrderBy(b => b.Key, StringComparer.Ordinal).Take(MaxBranches))
        {
            var tree = await GitTree.ReadAsync(whole.Git, commit, options.Reading, cancellationToken);
            foreach (var entry in tree.Entries.Where(e => wanted.Contains(e.BlobId!)))
            {
                if (!standing.TryGetValue(entry.BlobId!, out var tips)) standing.Add(entry.BlobId!, tips = []);
                tips.Add(new BranchTip(name, commit, entry.Path));
            }
        }
        return sighting => standing.GetValueOrDefault(sighting.Blob.BlobId) ?? [];
    }
}

/// <summary>A content in the newest commit of a branch.</summary>
/// <param name="Ref">Full name.</param>
internal sealed record BranchTip(string Ref, string CommitSha, string Path);
