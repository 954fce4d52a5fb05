using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Polly.Timeout;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.Http;

namespace Sentinel.GitHub.SignIn;

/// <summary>Signing in with GitHub: the address that people are sent to, and the exchange of what they bring back.</summary>
/// <remarks>https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app</remarks>
public sealed class GitHubOAuth
{
    private const string Described = "POST login/oauth/access_token";

    private readonly GitHubTransport _transport;

    internal GitHubOAuth(GitHubTransport transport) => _transport = transport;

    /// <summary>Where the browser goes. Holds nothing secret.</summary>
    /// <param name="redirectUri">Where GitHub sends the browser back to; must lie below a callback address that the App has.</param>
    /// <param name="state">Comes back unchanged.</param>
    /// <param name="challenge"><see cref="Pkce.Challenge"/>.</param>
    public Uri AuthorizeUrl(GitHubOAuthClient client, Uri redirectUri, string state, string challenge)
    {
        var query = string.Join('&', new (string Name, string Value)[]
        {
            ("client_id", client.Id), ("redirect_uri", redirectUri.AbsoluteUri), ("state", state),
            ("code_challenge", challenge), ("code_challenge_method", "S256"),
            // Whose session it will be is chosen at GitHub, not taken from whoever was signed in there last.
            ("prompt", "select_account"),
        }.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
        return new Uri(_transport.Addresses.Web, $"login/oauth/authorize?{query}");
    }

    /// <summary>A token for the code that the browser brought back. A code is good once, for 10 minutes.</summary>
    /// <exception cref="GitHubUnavailableException">GitHub was not reached or answered with something else.</exception>
    public Task<GitHubGrant> ExchangeAsync(GitHubOAuthClient client, string code, Uri redirectUri, string verifier, CancellationToken cancellationToken) =>
        AskAsync(client, [new("code", code), new("redirect_uri", redirectUri.AbsoluteUri), new("code_verifier", verifier)], cancellationToken);

    /// <summary>The next token. The refresh token is used up by it.</summary>
    /// <exception cref="GitHubUnavailableException">GitHub was not reached or answered with something else.</exception>
    /// <remarks>https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens</remarks>
    public Task<GitHubGrant> RefreshAsync(GitHubOAuthClient client, string refreshToken, CancellationToken cancellationToken) =>
        AskAsync(client, [new("grant_type", "refresh_token"), new("refresh_token", refreshToken)], cancellationToken);

    private async Task<GitHubGrant> AskAsync(GitHubOAuthClient client, KeyValuePair<string, string>[] form, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_transport.Addresses.Web, "login/oauth/access_token"))
        {
            Content = new FormUrlEncodedContent([new("client_id", client.Id), new("client_secret", client.Secret), .. form]),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Sentinel", null));
        try
        {
            using var invoker = new HttpMessageInvoker(_transport.Handlers.CreateHandler(GitHubResilience.Client), disposeHandler: false);
            using var answer = await invoker.SendAsync(request, cancellationToken);
            // Every refusal comes as a 200; anything else is GitHub failing.
            answer.EnsureSuccessStatusCode();
            return Read(await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken));
        }
        catch (Exception ex) when (ex is HttpRequestException or TimeoutRejectedException or JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new GitHubUnavailableException(Described, mayHaveActed: true, ex);
        }
    }

    // {"access_token":"ghu_…","expires_in":28800,"refresh_token":"ghr_…","refresh_token_expires_in":15897600,"token_type":"bearer","scope":""}
    // {"error":"bad_verification_code","error_description":"The code passed is incorrect or expired.","error_uri":"…"}
    private GitHubGrant Read(JsonElement answer)
    {
        if (Text(answer, "access_token") is not { } token) return new GitHubGrant.Refused(Text(answer, "error") ?? "unknown");
        return new GitHubGrant.Given(new UserToken
        {
            AccessToken = token,
            ExpiresAt = Seconds(answer, "expires_in") is { } seconds ? _transport.Time.GetUtcNow().AddSeconds(seconds) : null,
            RefreshToken = Text(answer, "refresh_token"),
        });
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static double? Seconds(JsonElement answer, string name) => !answer.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) => seconds,
        _ => null,
    };
}
