using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>
/// The page to which a manifest is posted. Whoever sits in front of the browser (<see cref="FakeOAuth.Person"/>) confirms at once; what is
/// wrong with the manifest is answered with 422 and the list of faults.
/// </summary>
/// <remarks>https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest</remarks>
internal sealed class FakeManifests(FakeGitHubServer server)
{
    // https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
    private static readonly Dictionary<string, string[]> Levels = new(StringComparer.Ordinal)
    {
        ["actions"] = ["read", "write"],
        ["administration"] = ["read", "write"],
        ["checks"] = ["read", "write"],
        ["contents"] = ["read", "write"],
        ["issues"] = ["read", "write"],
        ["members"] = ["read", "write"],
        ["metadata"] = ["read"],
        ["pull_requests"] = ["read", "write"],
        ["security_events"] = ["read", "write"],
        ["statuses"] = ["read", "write"],
        ["workflows"] = ["write"],
    };

    // Which permission, of which one is enough, an event needs: https://docs.github.com/en/webhooks/webhook-events-and-payloads
    private static readonly Dictionary<string, string[]> EventNeeds = new(StringComparer.Ordinal)
    {
        ["check_run"] = ["checks"],
        ["check_suite"] = ["checks"],
        ["create"] = ["contents"],
        ["delete"] = ["contents"],
        ["issue_comment"] = ["issues", "pull_requests"],
        ["issues"] = ["issues"],
        ["member"] = ["members"],
        ["membership"] = ["members"],
        ["organization"] = ["members"],
        ["public"] = ["metadata"],
        ["pull_request"] = ["pull_requests"],
        ["pull_request_review"] = ["pull_requests"],
        ["pull_request_review_comment"] = ["pull_requests"],
        ["pull_request_review_thread"] = ["pull_requests"],
        ["push"] = ["contents"],
        ["repository"] = ["metadata"],
        ["status"] = ["statuses"],
        ["team"] = ["members"],
        ["team_add"] = ["members"],
    };

    public void Map(WebApplication app)
    {
        app.MapPost("/settings/apps/new", context => MakeAsync(context, owner: null));
        app.MapPost("/organizations/{org}/settings/apps/new", context => MakeAsync(context, (string)context.Request.RouteValues["org"]!));
    }

    private async Task MakeAsync(HttpContext context, string? owner)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var call = server.Record(context, context.Request.Path, body: null, FakeCaller.Anonymous);
        var account = AccountOf(owner);
        if (account is null)
        {
            context.Response.StatusCode = call.Status = StatusCodes.Status404NotFound;
            return;
        }
        var (manifest, faults) = Read(form["manifest"].ToString());
        if (faults.Count > 0)
        {
            context.Response.StatusCode = call.Status = StatusCodes.Status422UnprocessableEntity;
            await context.Response.WriteAsync($"Error Invalid GitHub App configuration: {string.Join("; ", faults)}", context.RequestAborted);
            return;
        }
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));
        lock (server.State)
        {
            server.Replace(AppOf(manifest, account));
            server.Hook.Url = manifest["hook_attributes"]!["active"]?.GetValue<bool>() == false ? null : new Uri(Text(manifest["hook_attributes"]!["url"])!);
            server.State.ManifestCodes.Add(code);
        }
        call.Status = StatusCodes.Status302Found;
        context.Response.Redirect(QueryHelpers.AddQueryString(
            Text(manifest["redirect_url"])!, new Dictionary<string, string?> { ["code"] = code, ["state"] = context.Request.Query["state"] }));
    }

    // An organisation's Apps are made by its owners alone.
    private FakeAccount? AccountOf(string? organization)
    {
        if (server.OAuth.Person is not { } person) return null;
        if (organization is null) return person;
        return server.Account(organization) is { Type: "Organization" } account && account.Members.GetValueOrDefault(person.Login) ? account : null;
    }

    private FakeApp AppOf(JsonObject manifest, FakeAccount owner)
    {
        var name = Text(manifest["name"])!;
        return new FakeApp
        {
            Id = server.NextId(),
            Name = name,
            Slug = string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-'),
            ClientId = $"Iv23{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}",
            Owner = owner,
            Permissions = manifest["default_permissions"]!.AsObject().ToDictionary(p => p.Key, p => Text(p.Value)!),
            Events = [.. manifest["default_events"]!.AsArray().Select(e => Text(e)!)],
            CallbackUrls = [.. manifest["callback_urls"]!.AsArray().Select(u => Text(u)!)],
        };
    }

    private static (JsonObject Manifest, List<string> Faults) Read(string text)
    {
        JsonObject manifest;
        try
        {
            manifest = JsonNode.Parse(text)?.AsObject() ?? [];
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException)
        {
            return ([], ["The manifest is not JSON"]);
        }
        var faults = new List<string>();
        if (Text(manifest["name"]) is not { Length: > 0 and <= 34 }) faults.Add("Name is too long (maximum is 34 characters) or missing");
        if (!IsUrl(manifest["url"])) faults.Add("Url must be a valid URL");
        if (!IsUrl(manifest["redirect_url"])) faults.Add("Redirect url must be a valid URL");
        if (manifest["callback_urls"] is not JsonArray { Count: <= 10 } callbacks || !callbacks.All(IsUrl)) faults.Add("Callback urls must be at most 10 valid URLs");
        CheckHook(manifest["hook_attributes"] as JsonObject, faults);
        CheckPermissions(manifest, faults);
        return (manifest, faults);
    }

    // This GitHub lies on the same machine, so it reaches what only this machine does.
    private static void CheckHook(JsonObject? hook, List<string> faults)
    {
        if (hook is null || !IsUrl(hook["url"])) faults.Add("Hook url cannot be blank");
        else if (new Uri(Text(hook["url"])!) is { Scheme: "http", IsLoopback: false }) faults.Add("Hook url is not secure");
    }

    private static void CheckPermissions(JsonObject manifest, List<string> faults)
    {
        var permissions = manifest["default_permissions"] as JsonObject ?? [];
        foreach (var (name, level) in permissions)
        {
            if (!Levels.TryGetValue(name, out var levels) || !levels.Contains(Text(level))) faults.Add(string.Create(CultureInfo.InvariantCulture, $"Default permission records resource is not included in the list: {name}"));
        }
        foreach (var name in (manifest["default_events"] as JsonArray ?? []).Select(Text))
        {
            if (name is null || !EventNeeds.TryGetValue(name, out var needs)) faults.Add($"Default events unsupported: {name}");
            else if (!needs.Any(permissions.ContainsKey)) faults.Add($"Default events are not supported by permissions: {name}");
        }
    }

    private static bool IsUrl(JsonNode? node) => Uri.TryCreate(Text(node), UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    private static string? Text(JsonNode? node) => (node as JsonValue)?.TryGetValue<string>(out var text) == true ? text : null;
}
