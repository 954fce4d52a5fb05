using System.Text;
using System.Text.Json;

namespace Sentinel.Aspire.Running;

/// <summary>Services log one JSON object a line, for machines. A person at a terminal reads level, message and request ID.</summary>
internal static class LogLineFormat
{
    public static string Readable(string line)
    {
        if (line.Length == 0 || line[0] != '{') return Printable(line);
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (Text(root, "message") is not { } message) return Printable(line);
            var text = new StringBuilder().Append((Text(root, "level") ?? "").ToUpperInvariant().PadRight(11)).Append(' ').Append(message);
            if (Text(root, "requestId") is { Length: > 0 } request) text.Append(" [").Append(request).Append(']');
            if (Text(root, "exception") is { Length: > 0 } exception) text.AppendLine().Append(exception);
            return Printable(text.ToString());
        }
        catch (JsonException)
        {
            return Printable(line);
        }
    }

    // Repository text can reach a log; escape sequences in it must not reach the terminal.
    private static string Printable(string text) =>
        text.AsSpan().IndexOfAnyInRange('\0', '\u0008') < 0 && !text.Contains('\e', StringComparison.Ordinal)
            ? text
            : string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t' or '\r') ? '?' : c));

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
