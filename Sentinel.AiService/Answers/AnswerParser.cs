using System.Text.Json;
using Sentinel.Contracts.Findings;

namespace Sentinel.AiService.Answers;

/// <summary>Reads a model's answer. Whatever does not have the promised form, in the promised bounds, is no answer.</summary>
/// <remarks><c>{"summary":"…","impact":"…","remediation":"…","claims":[{"text":"…","path":"…","line":12,"quote":"…"}]}</c></remarks>
internal static class AnswerParser
{
    public const int MaxLength = 64 * 1024;
    public const int MaxTextLength = 6000;
    public const int MaxClaims = 20;
    public const int MaxClaimLength = 1000;
    public const int MaxQuoteLength = 1000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 8 };

    /// <summary>Null when the answer cannot be used.</summary>
    public static ModelAnswer? Parse(string text)
    {
        if (text.Length > MaxLength) return null;
        try
        {
            using var json = JsonDocument.Parse(WithoutCodeFence(text), Options);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            if (Text(root, "summary", MaxTextLength) is not { } summary || Text(root, "impact", MaxTextLength) is not { } impact
                || Text(root, "remediation", MaxTextLength) is not { } remediation || Claims(root) is not { } claims)
                return null;
            return new ModelAnswer(summary, impact, remediation, claims);
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException)
        {
            // GetString fails so for escapes that are no Unicode text.
            return null;
        }
    }

    private static List<ExplanationClaim>? Claims(JsonElement root)
    {
        if (!root.TryGetProperty("claims", out var array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > MaxClaims) return null;

        var claims = new List<ExplanationClaim>();
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Text(item, "text", MaxClaimLength) is not { } text || Text(item, "path", 4096) is not { } path
                || Text(item, "quote", MaxQuoteLength) is not { } quote
                || !item.TryGetProperty("line", out var number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out var line) || line < 1)
                return null;
            claims.Add(new ExplanationClaim(text, path, line, quote));
        }
        return claims;
    }

    private static string? Text(JsonElement item, string name, int maxLength) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text
            && !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength ? text : null;

    // Some models put a code block around JSON even when told not to.
    private static ReadOnlyMemory<char> WithoutCodeFence(string text)
    {
        var body = text.AsMemory().Trim();
        if (!body.Span.StartsWith("```") || !body.Span.EndsWith("```") || body.Length < 6) return body;
        var lineEnd = body.Span.IndexOf('\n');
        return lineEnd < 0 ? body : body[(lineEnd + 1)..^3];
    }
}
