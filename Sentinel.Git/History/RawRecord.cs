using System.Text;

namespace Sentinel.Git.History;

/// <summary>
/// One changed file as <c>git log --raw -z --no-abbrev -c</c> writes it, without its path:
/// <c>:100644 100644 &lt;old&gt; &lt;new&gt; M</c>, and for a merge one colon, mode and hash for each parent:
/// <c>::100644 100644 100644 &lt;old&gt; &lt;old&gt; &lt;new&gt; MM</c>.
/// </summary>
/// <param name="Mode">Mode of the new version: 100644, 100755, 120000 (link), 160000 (submodule), 000000 (deleted).</param>
internal readonly record struct RawRecord(string Mode, string BlobId)
{
    /// <summary>Null when the text is no such record.</summary>
    public static RawRecord? Parse(ReadOnlySpan<byte> line)
    {
        var parents = line.IndexOfAnyExcept((byte)':');
        if (parents < 1) return null;
        // n old modes, the new one, n old hashes, the new one, the letters.
        Span<Range> fields = stackalloc Range[4];
        var rest = line[parents..];
        if (parents > 1) return ParseMany(rest, parents);
        var count = 0;
        foreach (var range in rest.Split((byte)' '))
        {
            if (count == 4) break;
            fields[count++] = range;
        }
        return count == 4 ? Of(rest[fields[1]], rest[fields[3]]) : null;
    }

    private static RawRecord? ParseMany(ReadOnlySpan<byte> rest, int parents)
    {
        var index = 0;
        ReadOnlySpan<byte> mode = [];
        foreach (var range in rest.Split((byte)' '))
        {
            if (index == parents) mode = rest[range];
            if (index == (2 * parents) + 1) return Of(mode, rest[range]);
            index++;
        }
        return null;
    }

    private static RawRecord? Of(ReadOnlySpan<byte> mode, ReadOnlySpan<byte> hash)
    {
        var id = Encoding.ASCII.GetString(hash);
        return mode.Length == 6 && CommitId.IsValid(id) ? new RawRecord(ModeOf(mode), id) : null;
    }

    private static string ModeOf(ReadOnlySpan<byte> mode) =>
        mode.SequenceEqual("100644"u8) ? "100644" : mode.SequenceEqual("000000"u8) ? "000000" : Encoding.ASCII.GetString(mode);
}
