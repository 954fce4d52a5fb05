using System.Globalization;
using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Worker.Checkout;

/// <summary>The files of a commit, as <c>git ls-tree -r -l -z</c> lists them. Paths are data: any bytes but NUL.</summary>
internal sealed record GitTree(IReadOnlyList<FileEntry> Entries, IReadOnlyList<SkippedEntry> Skipped, bool IsComplete)
{
    private const int LineOverhead = 200;
    private const int MaxShown = 256;

    public static async Task<GitTree> ReadAsync(Git git, string commitSha, CheckoutOptions options, CancellationToken cancellationToken)
    {
        var limit = (long)options.MaxFiles * (LineOverhead + 100);
        var listed = await git.RunAsync(["ls-tree", "-r", "-l", "-z", "--full-tree", "--end-of-options", commitSha], options.CommandTimeout, limit, cancellationToken);
        return listed.ExitCode == 0 ? Parse(listed.Output, options) : throw GitFault.Of("listing the files", listed);
    }

    // 100644 blob <hash>     <size>\t<path>\0
    internal static GitTree Parse(ReadOnlySpan<byte> output, CheckoutOptions options)
    {
        var entries = new List<FileEntry>();
        var skipped = new List<SkippedEntry>();
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var complete = true;
        while (!output.IsEmpty)
        {
            var end = output.IndexOf((byte)0);
            if (end < 0) break;
            var line = output[..end];
            output = output[(end + 1)..];
            var tab = line.IndexOf((byte)'\t');
            var fields = Encoding.ASCII.GetString(line[..tab]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var path = PathOf(line[(tab + 1)..]);
            var length = long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;
            if (entries.Count + skipped.Count >= options.MaxFiles)
            {
                complete = false;
                break;
            }
            if (line.Length - tab - 1 > options.MaxPathBytes) skipped.Add(new SkippedEntry(path[..Math.Min(path.Length, MaxShown)] + "…", length, SkipReason.Limit));
            else if (!IsValid(path) || !paths.Add(path)) skipped.Add(new SkippedEntry(path, length, SkipReason.InvalidPath));
            else if (fields[0] == "160000") skipped.Add(new SkippedEntry(path, 0, SkipReason.Submodule));
            else if (fields[0] == "120000") skipped.Add(new SkippedEntry(path, length, SkipReason.Symlink));
            else entries.Add(new FileEntry(path, length, fields[2]));
        }
        return new GitTree(entries, skipped, complete);
    }

    // git itself refuses to check these out; a tree made by hand can hold them.
    private static bool IsValid(string path) => !path.Split('/').Any(part => part is "" or "." or ".." || part.Equals(".git", StringComparison.OrdinalIgnoreCase));

    // Bytes that are not UTF-8 are written \xNN, so that two different paths stay different.
    private static string PathOf(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == System.Buffers.OperationStatus.Done) text.Append(rune);
            else
                foreach (var b in bytes[..consumed]) text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
            bytes = bytes[consumed..];
        }
        return text.ToString();
    }
}
