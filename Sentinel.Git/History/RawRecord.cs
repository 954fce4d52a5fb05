using System.Text;

namespace Sentinel.Git.History;

/// <summary>
/// One changed file as <c>git log --raw -z --no-abbrev -c</c> writes it, without its path:
/// <c>:100644 100644 &lt;old&gt; &lt;new&gt; M</c>, and for a merge one colon, mode and hash for each parent:
/// <c>::100644 100644 100644 &lt;old&gt; &lt;old&gt; &lt;new&gt; MM</c>.
/// </summary>
/// <param name="Mode">Mode of the new version: 100644, 100755, 120000 (link), 160000 (submodule), 000000 (deleted).</param>
/// <param name="BlobId">The new version.</param>
/// <param name="PreviousBlobId">The version before, of a merge the first parent's; null for a new file.</param>
internal readonly record struct RawRecord(string Mode, string BlobId, string? PreviousBlobId)
{
    /// <summary>Null when the text is no such record.</summary>
    public static RawRecord? Parse(ReadOnlySpan<byte> line)
    {
        var parents = line.IndexOfAnyExcept((byte)':');
        if (parents < 1) return null;
        // n old modes, the new one, n old hashes, the new one, the letters.
        var rest = line[parents..];
        var index = 0;
        ReadOnlySpan<byte> mode = [];
        ReadOnlySpan<byte> previous = [];
        foreach (var range in rest.Split((byte)' '))
        {
            if (index == parents) mode = rest[range];
            if (index == parents + 1) previous = rest[range];
            if (index == (2 * parents) + 1) return Of(mode, rest[range], previous);
            index++;
        }
        return null;
    }

    private static RawRecord? Of(ReadOnlySpan<byte> mode, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> previous)
    {
        var id = Encoding.ASCII.GetString(hash);
        if (mode.Length != 6 || !CommitId.IsValid(id)) return null;
        return new RawRecord(ModeOf(mode), id, previous.ContainsAnyExcept((byte)'0') ? Encoding.ASCII.GetString(previous) : null);
    }

    private static string ModeOf(ReadOnlySpan<byte> mode) =>
        mode.SequenceEqual("100644"u8) ? "100644" : mode.SequenceEqual("000000"u8) ? "000000" : Encoding.ASCII.GetString(mode);
}
