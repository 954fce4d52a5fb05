using System.Globalization;
using System.Text;

namespace Sentinel.Git.Blobs;

/// <summary>Asks for the lengths of many contents before any is read, so that a huge one is never unpacked.</summary>
public static class BlobSizes
{
    private const int MaxLine = 256;

    /// <summary>The lengths in bytes, in the order of the hashes; null where git has no such content or cannot read it.</summary>
    /// <param name="blobIds">Full hashes.</param>
    /// <param name="isPartial">
    /// Whether the repository is a partial clone: what it does not hold is then found by listing what it holds, because git would start a
    /// fetch for each missing object when asked for it.
    /// </param>
    /// <exception cref="GitException">git ended early, or took longer than the limit.</exception>
    public static async Task<long?[]> ReadAsync(
        GitRunner git, IReadOnlyList<string> blobIds, bool isPartial, GitLimits limits, CancellationToken cancellationToken)
    {
        if (blobIds.Count == 0) return [];

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limits.HistoryTimeout);
        try
        {
            return isPartial ? await ReadPresentAsync(git, blobIds, timeout.Token) : await ReadAskedAsync(git, blobIds, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw GitRunner.Timeout("cat-file", limits.HistoryTimeout);
        }
    }

    private static async Task<long?[]> ReadAskedAsync(GitRunner git, IReadOnlyList<string> blobIds, CancellationToken cancellationToken)
    {
        await using var process = git.Start(["cat-file", "--batch-check=%(objecttype) %(objectsize)", "--buffer"]);
        var writing = WriteAsync(process.Input, blobIds, cancellationToken);
        using var lines = new StreamReader(process.Output, Encoding.ASCII);
        var lengths = new long?[blobIds.Count];
        for (var i = 0; i < lengths.Length; i++)
        {
            // "blob 12", or "<hash> missing".
            if (await lines.ReadLineAsync(cancellationToken) is not { Length: < MaxLine } line)
                throw GitFault.Of("asking for lengths", new GitResult((await process.EndAsync(cancellationToken)).ExitCode, [], ""));
            lengths[i] = LengthOf(line);
        }
        await writing;
        return lengths;
    }

    private static async Task<long?[]> ReadPresentAsync(GitRunner git, IReadOnlyList<string> blobIds, CancellationToken cancellationToken)
    {
        await using var process = git.Start(["cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname) %(objecttype) %(objectsize)", "--buffer"]);
        var places = new Dictionary<string, int>(blobIds.Count, StringComparer.Ordinal);
        for (var i = 0; i < blobIds.Count; i++) places[blobIds[i]] = i;
        using var lines = new StreamReader(process.Output, Encoding.ASCII);
        var lengths = new long?[blobIds.Count];
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && places.TryGetValue(line[..space], out var place)) lengths[place] = LengthOf(line[(space + 1)..]);
        }
        return lengths;
    }

    private static async Task WriteAsync(Stream input, IReadOnlyList<string> blobIds, CancellationToken cancellationToken)
    {
        try
        {
            await using var writer = new StreamWriter(input, Encoding.ASCII) { NewLine = "\n" };
            foreach (var id in blobIds) await writer.WriteLineAsync(CommitId.IsValid(id) ? id.AsMemory() : throw new UnreadableBlobException(id, "its name is not a full hash"), cancellationToken);
        }
        catch (IOException ex) when (ex is not UnreadableBlobException)
        {
            // git ended; the reader of its answers finds out and says so.
        }
    }

    private static long? LengthOf(string line) =>
        line.StartsWith("blob ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
}
