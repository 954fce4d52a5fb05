using System.Text;

namespace Sentinel.Scanning.Secrets;

/// <summary>Makes secrets unreadable wherever text leaves the scanner.</summary>
public static class SecretMask
{
    private const int MaxLineLength = 240;

    /// <summary>A few characters to recognise a value by; at most a fifth of it, so that the rest cannot be guessed.</summary>
    public static string Preview(ReadOnlySpan<char> secret)
    {
        if (secret.StartsWith("-----BEGIN")) return "-----BEGIN … PRIVATE KEY-----";
        var head = Math.Min(4, secret.Length / 6);
        var tail = secret.Length >= 20 ? 2 : 0;
        return $"{secret[..head]}****{secret[^tail..]}";
    }

    /// <summary>A text with every secret that Sentinel would report replaced by asterisks; lines stay where they are.</summary>
    public static string Mask(string text, string path, CancellationToken cancellationToken) =>
        MaskUtf8(text, Encoding.UTF8.GetBytes(text), path, cancellationToken);

    internal static string Mask(string text, ReadOnlySpan<byte> utf8, IReadOnlyList<DetectedSecret> secrets)
    {
        if (secrets.Count == 0) return text;
        var masked = text.ToCharArray();
        var positions = new TextPositions(utf8);
        foreach (var (start, length) in secrets.SelectMany(s => s.Parts.Select(p => (p.Start, p.Length)).Append((s.Start, s.Length))).Distinct().Order())
        {
            var from = positions.Of(start);
            var to = positions.Of(start + length);
            for (var i = from; i < to; i++)
            {
                if (masked[i] is not ('\n' or '\r')) masked[i] = '*';
            }
        }
        return new string(masked);
    }

    private static string MaskUtf8(string text, byte[] utf8, string path, CancellationToken cancellationToken) =>
        Mask(text, utf8, SecretScanner.Scan(utf8, path, SecretRuleSet.BuiltIn, cancellationToken));

    /// <summary>The lines around a region with secrets masked and long lines cut.</summary>
    /// <param name="file">The file.</param>
    /// <param name="region">The place to show.</param>
    /// <param name="around">Lines before and after.</param>
    /// <param name="startLine">1-based number of the first line given.</param>
    public static string Snippet(SourceFile file, Region region, int around, out int startLine, CancellationToken cancellationToken) =>
        Snippet(file, file.Text, region, around, out startLine, cancellationToken);

    internal static string Snippet(SourceFile file, string masked, Region region, int around, out int startLine, CancellationToken cancellationToken)
    {
        const int MaxLines = 40;
        startLine = Math.Max(1, region.StartLine - around);
        var last = Math.Min(file.LineCount, Math.Min(region.EndLine + around, startLine + MaxLines - 1));
        var snippet = new StringBuilder();
        for (var line = startLine; line <= last; line++)
        {
            // Masking keeps every line at its place, so line starts of the original are those of the masked text.
            var text = masked.AsSpan(file.LineStart(line), file.Line(line).Length);
            if (snippet.Length > 0) snippet.Append('\n');
            snippet.Append(text.Length > MaxLineLength ? text[..MaxLineLength] : text);
        }
        return ReferenceEquals(masked, file.Text) ? Mask(snippet.ToString(), file.Path, cancellationToken) : snippet.ToString();
    }
}
