using Sentinel.Scanning;

namespace Sentinel.Git.History;

/// <summary>One version of one file, with the first commit that brought it.</summary>
/// <param name="BlobId">Full hash of the content.</param>
/// <param name="Path">Path in that commit with <c>/</c>; bytes that are not UTF-8 are written <c>\xNN</c>, one longer than the limit ends with <c>…</c>.</param>
/// <param name="Commit">The first commit of the range, in an order where parents stand before children and then by date, that introduced the content.</param>
public sealed record HistoricBlob(string BlobId, string Path, CommitInfo Commit)
{
    /// <summary>Full hash of the commit.</summary>
    public string CommitId => Commit.Id;
}
