using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Sentinel.Tests.Fakes.FakeModel;

/// <summary>What the fake model does with one call.</summary>
internal delegate Task FakeModelStep(HttpContext context, FakeModelRequest request);

/// <summary>The fake model's repertoire.</summary>
internal static class FakeModelSteps
{
    public const int InputTokens = 900;
    public const int OutputTokens = 120;

    /// <summary>A true answer that quotes the finding's own line.</summary>
    public static FakeModelStep Good { get; } = (context, request) => WriteAsync(context, request, Answer(request).ToJsonString());

    /// <summary>Quotes code that is not there.</summary>
    public static FakeModelStep InventedQuote { get; } = Changed((answer, _) => answer["claims"]![0]!["quote"] = "eval(request.body.everything)");

    /// <summary>Never answers.</summary>
    public static FakeModelStep Timeout { get; } = (context, _) => Task.Delay(System.Threading.Timeout.Infinite, context.RequestAborted);

    /// <summary>Not what was asked for, with status 200.</summary>
    public static FakeModelStep Garbage { get; } = Text("Sure! Here is what I think about the code: it is nice. {\"summary\": \"half an ans");

    /// <summary>Sends without end.</summary>
    public static FakeModelStep Huge { get; } = async (context, _) =>
    {
        context.Response.ContentType = "application/json";
        var chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)' ');
        for (var sent = 0L; sent < 256L * 1024 * 1024; sent += chunk.Length) await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
    };

    /// <summary>Sends one byte at a time, for ever.</summary>
    public static FakeModelStep Drip { get; } = async (context, _) =>
    {
        context.Response.ContentType = "application/json";
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(" "u8.ToArray(), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(50, context.RequestAborted);
        }
    };

    /// <summary>An error of the API whose text quotes what was sent, as some do.</summary>
    public static FakeModelStep Status(int code) => (context, request) =>
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsJsonAsync(new { error = new { message = $"cannot process: {request.Question}", type = "server_error", code = "x" } });
    };

    /// <summary>A completion with this content.</summary>
    public static FakeModelStep Text(string content) => (context, request) => WriteAsync(context, request, content);

    /// <summary>A true answer, changed.</summary>
    public static FakeModelStep Changed(Action<JsonNode, FakeModelRequest> change) => (context, request) =>
    {
        var answer = Answer(request);
        change(answer, request);
        return WriteAsync(context, request, answer.ToJsonString());
    };

    /// <summary>Waits, then does the other.</summary>
    public static FakeModelStep After(TimeSpan wait, FakeModelStep then) => async (context, request) =>
    {
        await Task.Delay(wait, context.RequestAborted);
        await then(context, request);
    };

    private static JsonNode Answer(FakeModelRequest request)
    {
        var line = request.Code.ContainsKey(request.FindingLine) ? request.FindingLine : request.Code.First(c => c.Value.Count(char.IsLetterOrDigit) >= 3).Key;
        return JsonSerializer.SerializeToNode(new
        {
            summary = "This line does something dangerous with text from outside.",
            impact = "Whoever controls that text controls what runs here.",
            remediation = "Pass the text as data and check it first.",
            claims = new[] { new { text = "The dangerous call stands here.", path = request.Path, line, quote = request.Code[line].Trim() } },
        })!;
    }

    private static Task WriteAsync(HttpContext context, FakeModelRequest request, string content) => context.Response.WriteAsJsonAsync(new
    {
        id = "chatcmpl-1",
        @object = "chat.completion",
        created = 1_790_000_000,
        model = request.Model,
        choices = new[] { new { index = 0, message = new { role = "assistant", content }, finish_reason = "stop" } },
        usage = new { prompt_tokens = InputTokens, completion_tokens = OutputTokens, total_tokens = InputTokens + OutputTokens },
    });
}
