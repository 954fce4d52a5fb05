using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.EndToEnd;

/// <summary>
/// A model over real HTTP (the chat completions protocol of OpenAI, which Gemini offers too). It reads the question as a model would:
/// its claim quotes the line of the finding from the code it was given.
/// </summary>
internal sealed partial class ExplainingModel : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ExplainingModel(WebApplication app) => _app = app;

    public Uri BaseUrl => new(_app.Urls.First() + "/v1/");

    /// <summary>Bodies of all requests.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<ExplainingModel> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var model = new ExplainingModel(app);
        app.MapPost("/v1/chat/completions", model.CompleteAsync);
        await app.StartAsync();
        return model;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> CompleteAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        Requests.Enqueue(body);
        using var json = JsonDocument.Parse(body);
        var question = json.RootElement.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
        return Results.Json(new
        {
            id = "chatcmpl-1",
            @object = "chat.completion",
            created = 1_700_000_000,
            model = "fake-model",
            choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = Answer(question) } } },
            usage = new { prompt_tokens = 300, completion_tokens = 60, total_tokens = 360 },
        });
    }

    private static string Answer(string question)
    {
        var line = int.Parse(Line().Match(question).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var path = Path().Match(question).Groups[1].Value;
        var code = Code().Matches(question).First(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture) == line).Groups[2].Value;
        return JsonSerializer.Serialize(new
        {
            summary = "This line lets a stranger's text become part of a script.",
            impact = "Whoever writes that text decides what runs.",
            remediation = "Pass the value as data.",
            claims = new[] { new { text = "The line holds the defect.", path, line, quote = code.Trim() } },
        });
    }

    [GeneratedRegex(@"finding in lines: ([0-9]+)")]
    private static partial Regex Line();

    [GeneratedRegex(@"(?m)^path: (.*)$")]
    private static partial Regex Path();

    [GeneratedRegex(@"(?m)^ *([0-9]+)\| (.*)$")]
    private static partial Regex Code();
}
