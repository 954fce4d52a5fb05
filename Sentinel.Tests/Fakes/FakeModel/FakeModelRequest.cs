using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sentinel.Tests.Fakes.FakeModel;

/// <summary>A call as the model's API saw it.</summary>
internal sealed partial class FakeModelRequest(string body, string? requestId, string? authorization, string? traceParent)
{
    public string Body { get; } = body;

    public string? RequestId { get; } = requestId;

    public string? Authorization { get; } = authorization;

    public string? TraceParent { get; } = traceParent;

    public JsonElement Json { get; } = JsonDocument.Parse(body).RootElement;

    public string Model => Json.GetProperty("model").GetString()!;

    public string System => Message("system");

    public string Question => Message("user");

    public string Fence => FenceLine().Match(Question).Value;

    /// <summary>What stands between the fences.</summary>
    public string Data => Question.Split(Fence)[1];

    public string Path => PathLine().Match(Data).Groups[1].Value;

    public int FindingLine => int.Parse(FindingLines().Match(Question).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>The code shown, by line number.</summary>
    public IReadOnlyDictionary<int, string> Code =>
        CodeLine().Matches(Data).ToDictionary(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture), m => m.Groups[2].Value);

    private string Message(string role) =>
        Json.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("role").GetString() == role).Select(m => TextOf(m.GetProperty("content"))).Single();

    // Text, or a list of parts with text.
    private static string TextOf(JsonElement content) => content.ValueKind == JsonValueKind.String
        ? content.GetString()!
        : string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()));

    [GeneratedRegex("=====DATA-[0-9a-f]{32}=====")]
    private static partial Regex FenceLine();

    [GeneratedRegex("^path: (.*)$", RegexOptions.Multiline)]
    private static partial Regex PathLine();

    [GeneratedRegex("^finding in lines: ([0-9]+) to", RegexOptions.Multiline)]
    private static partial Regex FindingLines();

    [GeneratedRegex(@"^ *([0-9]+)\| (.*)$", RegexOptions.Multiline)]
    private static partial Regex CodeLine();
}
