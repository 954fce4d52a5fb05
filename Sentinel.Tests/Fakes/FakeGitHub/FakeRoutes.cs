using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>The API's frame: who asks, what goes wrong, the answer's headers. What is answered is the handlers' business.</summary>
internal sealed class FakeRoutes(FakeGitHubServer server, IEndpointRouteBuilder routes)
{
    /// <summary>Where the API lies on the web server's own port, as at GitHub Enterprise Server.</summary>
    public const string Prefix = "/api/v3";

    /// <param name="needs">The App's permission, as in <c>checks=write</c>; <c>app</c> for the App alone, <c>user</c> for people alone; null for none.</param>
    /// <param name="answer">Null for an answer without a body.</param>
    public void Map(string method, string path, string? needs, Func<FakeCall, JsonNode?> answer) =>
        routes.MapMethods(Prefix + path, [method], context => AnswerAsync(context, needs, answer));

    public void Get(string path, string? needs, Func<FakeCall, JsonNode?> answer) => Map("GET", path, needs, answer);

    public void Post(string path, string? needs, Func<FakeCall, JsonNode?> answer) => Map("POST", path, needs, answer);

    public void Patch(string path, string? needs, Func<FakeCall, JsonNode?> answer) => Map("PATCH", path, needs, answer);

    public void Delete(string path, string? needs, Func<FakeCall, JsonNode?> answer) => Map("DELETE", path, needs, answer);

    public static string PathOf(HttpContext context) => context.Request.Path.Value![Prefix.Length..];

    internal async Task AnswerAsync(HttpContext context, string? needs, Func<FakeCall, JsonNode?> answer)
    {
        var body = await ReadAsync(context);
        var path = context.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal) ? PathOf(context) : context.Request.Path.Value!;
        var fault = server.Faults.Take(context.Request.Method, path);
        var credential = context.Request.Headers.Authorization.ToString();
        if (fault is FakeFault.RevokeToken) server.Tokens.Revoke(credential);
        var (caller, refusal) = server.Tokens.Identify(credential);
        var call = server.Record(context, path, body, caller);
        if (fault is FakeFault.Slow slow) await slow.Until.WaitAsync(context.RequestAborted);
        if (fault is FakeFault.Reset { AfterActing: false })
        {
            context.Abort();
            return;
        }

        var (status, headers, content) = Refused(fault, caller) ?? Act(context, needs, answer, caller, refusal, body);
        if (fault is FakeFault.Status { AfterActing: true } after) (status, headers, content) = Failed(after);
        if (fault is FakeFault.Reset)
        {
            context.Abort();
            return;
        }
        call.Status = status;
        await WriteAsync(context, caller, status, headers, content, call);
    }

    private static async Task<JsonNode?> ReadAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        if (bytes.Length == 0) return null;
        try
        {
            return JsonNode.Parse(bytes.ToArray());
        }
        catch (JsonException)
        {
            return JsonValue.Create(Encoding.UTF8.GetString(bytes.ToArray()));
        }
    }

    private (int, Dictionary<string, string>, JsonNode?) Act(
        HttpContext context, string? needs, Func<FakeCall, JsonNode?> answer, FakeCaller caller, string? refusal, JsonNode? body)
    {
        var call = new FakeCall(server, context, caller, body, server.BaseUrlOf(context), needs);
        lock (server.State)
        {
            try
            {
                if (refusal is not null) throw new FakeRefusal(401, refusal);
                if (needs == "app" && !caller.IsApp) throw new FakeRefusal(401, "A JSON web token could not be decoded");
                if (needs == "user" && caller.User is null) throw new FakeRefusal(401, "Requires authentication");
                server.Limits.Check(caller);
                var content = answer(call);
                if (content is null && call.Status == 200) call.Status = 204;
                return (call.Status, call.Headers, content);
            }
            catch (FakeRefusal ex)
            {
                return (ex.Status, ex.Headers, Error(ex.Status, ex.Message, ex.Errors));
            }
        }
    }

    private (int, Dictionary<string, string>, JsonNode?)? Refused(FakeFault? fault, FakeCaller caller)
    {
        switch (fault)
        {
            case FakeFault.Status { AfterActing: false } status:
                return Failed(status);
            case FakeFault.SecondaryLimit secondary:
                var headers = new Dictionary<string, string>();
                if (secondary.RetryAfter is { } after) headers["Retry-After"] = ((int)after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return (secondary.Code, headers, Error(secondary.Code, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."));
            case FakeFault.PrimaryLimit primary:
                server.Limits.Exhaust(caller, primary.ResetIn);
                return (403, [], Error(403, FakeLimits.Message));
            default:
                return null;
        }
    }

    private static (int, Dictionary<string, string>, JsonNode?) Failed(FakeFault.Status status) => (status.Code, new(status.Headers), Error(status.Code, status.Message));

    private static JsonObject Error(int status, string message, IReadOnlyList<(string Resource, string Field, string Code)>? errors = null)
    {
        var body = new JsonObject
        {
            ["message"] = message,
            ["documentation_url"] = "https://docs.github.com/rest",
            ["status"] = status.ToString(CultureInfo.InvariantCulture),
        };
        if (errors is { Count: > 0 })
            body["errors"] = new JsonArray([.. errors.Select(e => new JsonObject { ["resource"] = e.Resource, ["field"] = e.Field, ["code"] = e.Code })]);
        return body;
    }

    private async Task WriteAsync(HttpContext context, FakeCaller caller, int status, Dictionary<string, string> headers, JsonNode? content, RecordedCall call)
    {
        var response = context.Response;
        var bytes = content is null ? [] : Encoding.UTF8.GetBytes(content.ToJsonString());
        var tag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"";
        if (status == 200 && context.Request.Method == "GET")
        {
            response.Headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch.Any(t => t == tag)) (status, bytes) = (304, []);
        }
        call.Status = response.StatusCode = status;
        response.Headers.Date = server.Clock.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        response.Headers["X-GitHub-Request-Id"] = $"FAKE:{server.NextId():X}";
        response.Headers["X-GitHub-Media-Type"] = "github.v3; format=json";
        foreach (var (name, value) in server.Limits.HeadersFor(caller, counts: status != 304)) response.Headers[name] = value;
        foreach (var (name, value) in headers) response.Headers[name] = value;
        if (bytes.Length == 0) return;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
