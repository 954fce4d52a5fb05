using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>Signing in with GitHub, with PKCE when the client sends a challenge.</summary>
/// <remarks>https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps</remarks>
internal sealed class FakeOAuth(FakeGitHubServer server)
{
    private readonly Dictionary<string, (FakeAccount User, string RedirectUri, string? Challenge)> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FakeAccount> _refreshes = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Who sits in front of the browser and agrees; null for somebody who declines.</summary>
    public FakeAccount? Person { get; set; }

    /// <summary>Whether a client that sends no challenge is refused. GitHub takes it.</summary>
    public bool RequiresChallenge { get; set; }

    /// <summary>How long tokens live, as for an App that lets them expire: each then comes with a refresh token. Null for tokens that do not end.</summary>
    public TimeSpan? Expiry { get; set; }

    /// <summary>When set, every answer to an exchange has this status and says nothing.</summary>
    public int? Fault { get; set; }

    public void Map(WebApplication app)
    {
        app.MapGet("/login/oauth/authorize", Authorize);
        app.MapPost("/login/oauth/access_token", ExchangeAsync);
    }

    private void Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        server.Record(context, context.Request.Path, body: null, FakeCaller.Anonymous).Status = 302;
        if (query["client_id"] != server.App.ClientId || query["redirect_uri"] is not [{ Length: > 0 } redirect] || server.App.CallbackUrls?.Contains(redirect) == false)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var challenge = query["code_challenge"] is [{ Length: > 0 } sent] ? sent : null;
        var answer = new Dictionary<string, string?> { ["state"] = query["state"] };
        if (Person is null) answer["error"] = "access_denied";
        else if ((challenge is null && RequiresChallenge) || (challenge is not null && query["code_challenge_method"] != "S256")) answer["error"] = "invalid_request";
        else
        {
            var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));
            lock (_lock) _codes[code] = (Person, redirect, challenge);
            answer["code"] = code;
        }
        context.Response.Redirect(QueryHelpers.AddQueryString(redirect, answer));
    }

    private async Task ExchangeAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(context.RequestAborted)).ToDictionary(f => f.Key, f => f.Value.ToString())
            : (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject().ToDictionary(p => p.Key, p => p.Value!.ToString());
        var call = server.Record(context, context.Request.Path, body: null, FakeCaller.Anonymous);
        if (Fault is { } fault)
        {
            context.Response.StatusCode = call.Status = fault;
            return;
        }
        var answer = Exchange(form);
        // GitHub reports every fault of this exchange in a 200.
        call.Status = 200;
        if (context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.Ordinal))
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            await context.Response.WriteAsync(new JsonObject([.. answer.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)JsonValue.Create(a.Value)))]).ToJsonString(), context.RequestAborted);
            return;
        }
        context.Response.ContentType = "application/x-www-form-urlencoded; charset=utf-8";
        await context.Response.WriteAsync(string.Join('&', answer.Select(a => $"{a.Key}={Uri.EscapeDataString(a.Value)}")), context.RequestAborted);
    }

    private Dictionary<string, string> Exchange(Dictionary<string, string> form)
    {
        if (form.GetValueOrDefault("client_id") != server.App.ClientId || form.GetValueOrDefault("client_secret") != server.App.ClientSecret)
            return Error("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.");
        if (form.GetValueOrDefault("grant_type") == "refresh_token")
        {
            lock (_lock)
            {
                // A refresh token is good once.
                return _refreshes.Remove(form.GetValueOrDefault("refresh_token", ""), out var owner) ? Given(owner) : Error("bad_refresh_token", "The refresh token passed is incorrect or expired.");
            }
        }
        (FakeAccount User, string RedirectUri, string? Challenge) known;
        lock (_lock)
        {
            // A code is good once.
            if (!_codes.Remove(form.GetValueOrDefault("code", ""), out known)) return Error("bad_verification_code", "The code passed is incorrect or expired.");
        }
        if (form.TryGetValue("redirect_uri", out var redirect) && redirect != known.RedirectUri)
            return Error("redirect_uri_mismatch", "The redirect_uri MUST match the registered callback URL for this application.");
        if (known.Challenge is { } challenge
            && Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form.GetValueOrDefault("code_verifier", "")))) != challenge)
            return Error("bad_verification_code", "The code_verifier does not fit the code_challenge.");
        lock (_lock) return Given(known.User);
    }

    private Dictionary<string, string> Given(FakeAccount user)
    {
        var answer = new Dictionary<string, string> { ["access_token"] = server.Tokens.Issue(user, Expiry), ["token_type"] = "bearer", ["scope"] = "" };
        if (Expiry is not { } expiry) return answer;
        var refresh = $"ghr_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(18))}";
        _refreshes[refresh] = user;
        (answer["expires_in"], answer["refresh_token"], answer["refresh_token_expires_in"]) = ($"{(int)expiry.TotalSeconds}", refresh, "15897600");
        return answer;
    }

    private static Dictionary<string, string> Error(string code, string description) => new() { ["error"] = code, ["error_description"] = description };
}
