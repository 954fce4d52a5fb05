using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Sentinel.Cli;

/// <summary>A Sentinel server, as far as the command line talks to one.</summary>
internal sealed class SentinelServer : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="address">Of its API.</param>
    /// <param name="token">Secret; goes to that address alone.</param>
    public SentinelServer(string address, string token)
    {
        if (!Uri.TryCreate(address.EndsWith('/') ? address : address + "/", UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp) || url.UserInfo.Length > 0)
            throw new CliException($"{address}: not the address of a server, such as https://sentinel.example.");
        // A token that travels in the open is everybody's.
        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback) throw new CliException($"{address}: the token would go there unencrypted. Use https.");
        // A redirect would take the token elsewhere.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = url, Timeout = TimeSpan.FromMinutes(5) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _http.DefaultRequestHeaders.ExpectContinue = true;
    }

    /// <summary>The repository of that name.</summary>
    /// <exception cref="CliException">There is none, or the server refuses.</exception>
    public async Task<Guid> RepositoryAsync(string name, CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            var page = await SendAsync(HttpMethod.Get, $"api/v1/repositories?q={Uri.EscapeDataString(name)}{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}", null, cancellationToken);
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                // GitHub's names are the same in any case.
                if (string.Equals(item.GetProperty("fullName").GetString(), name, StringComparison.OrdinalIgnoreCase)) return item.GetProperty("id").GetGuid();
            }
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
            if (after is null) throw new CliException($"The server knows no repository {name} that this token may see. Install the GitHub App on it, or scan it once from the dashboard.");
        }
    }

    /// <summary>Sends results; the answer says what was read.</summary>
    public Task<JsonElement> ImportAsync(Guid repository, string query, byte[] gzip, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(gzip);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/sarif+json");
        content.Headers.ContentEncoding.Add("gzip");
        return SendAsync(HttpMethod.Post, $"api/v1/repositories/{repository}/imports?{query}", content, cancellationToken);
    }

    /// <summary>A scan as it stands.</summary>
    public Task<JsonElement> ScanAsync(Guid id, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, $"api/v1/scans/{id}", null, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var answer = await _http.SendAsync(request, cancellationToken);
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            if (!answer.IsSuccessStatusCode) throw new CliException(await ReasonAsync(answer.StatusCode, body, cancellationToken));
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw NoApi();
        }
        catch (HttpRequestException ex)
        {
            throw new CliException($"{_http.BaseAddress}: the server does not answer: {ex.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException($"{_http.BaseAddress}: the server did not answer in time.");
        }
    }

    /// <summary>For answers that are not what a Sentinel server says.</summary>
    public CliException NoApi() => new($"{_http.BaseAddress}: that is no Sentinel API. Give the address of the API, not of the dashboard.");

    // Problem details (RFC 9457), with the faults of each field.
    private static async Task<string> ReasonAsync(HttpStatusCode status, Stream body, CancellationToken cancellationToken)
    {
        var reason = status switch
        {
            HttpStatusCode.Unauthorized => "The server does not know the token in SENTINEL_TOKEN, or it has ended. Make a new one under Settings.",
            HttpStatusCode.Forbidden => "The token in SENTINEL_TOKEN may not do this: it needs the role Triager.",
            _ => null,
        };
        if (reason is not null) return reason;
        try
        {
            using var problem = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            if (problem.RootElement.TryGetProperty("errors", out var errors))
                return $"The server refused: {string.Join(' ', errors.EnumerateObject().SelectMany(e => e.Value.EnumerateArray().Select(m => $"{e.Name}: {m.GetString()}")))}";
            if (problem.RootElement.TryGetProperty("detail", out var detail)) return $"The server refused: {detail.GetString()}";
        }
        catch (Exception ex) when (ex is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Something in between answered; the status says what is known.
        }
        return $"The server answered {(int)status}.";
    }
}
