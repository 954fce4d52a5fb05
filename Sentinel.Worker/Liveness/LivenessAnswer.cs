using System.Text.Json;
using Sentinel.Contracts.Liveness;

namespace Sentinel.Worker.Liveness;

/// <summary>What an answer proves.</summary>
/// <param name="Evidence">In our own words: nothing of what a provider writes is repeated, as some repeat the secret.</param>
/// <param name="RetryAfter">When the provider wants to be asked again; null when it does not say.</param>
/// <param name="Asked">False when no request was made.</param>
internal sealed record LivenessAnswer(LivenessState State, string Evidence, bool AfterLive = false, TimeSpan? RetryAfter = null, bool Asked = true)
{
    /// <summary>No request was made.</summary>
    public static LivenessAnswer NotAsked(LivenessDefinition definition, string why) => new(LivenessState.Unknown, $"{definition.Name} was not asked: {why}", Asked: false);

    /// <summary>Reads status and body.</summary>
    /// <param name="asked">Method, host and path.</param>
    /// <param name="body">Null when it was not read, because no rule for the status needs it.</param>
    public static LivenessAnswer Read(LivenessDefinition definition, string asked, int status, ReadOnlyMemory<byte>? body)
    {
        using var json = body is { } bytes ? Parse(bytes) : null;
        foreach (var rule in definition.Answers.Where(a => a.Status == status))
        {
            if (rule.Text is { } text && (body is not { } content || !System.Text.Encoding.UTF8.GetString(content.Span).Contains(text, StringComparison.Ordinal))) continue;
            var matched = new List<string>();
            if (!rule.Json.All(condition => Fits(json, condition.Key, condition.Value, matched))) continue;
            var because = rule.Text is { } found ? $" with {found}" : matched.Count > 0 ? $" with {string.Join(" and ", matched)}" : "";
            return new LivenessAnswer(rule.State, $"{asked} answered {status}{because}", rule.AfterLive);
        }
        return new LivenessAnswer(LivenessState.Unknown, $"{asked} answered {status}, which proves nothing");
    }

    private static bool Fits(JsonDocument? json, string path, IReadOnlyList<string> wanted, List<string> matched)
    {
        if (json is null || At(json.RootElement, path) is not { } text) return false;
        if (wanted.Contains("*")) matched.Add($"a value of {path}");
        else if (wanted.Contains(text)) matched.Add($"{path} {text}");
        else return false;
        return true;
    }

    private static string? At(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index < element.GetArrayLength()) element = element[index];
            else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }
        return element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            _ => "",
        };
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
