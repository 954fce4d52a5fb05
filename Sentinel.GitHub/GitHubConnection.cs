using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Octokit;
using Octokit.Internal;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.Http;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.GitHub;

/// <summary>
/// GitHub's API as one caller. Every method throws a <see cref="GitHubException"/> when GitHub does not do what is asked, Octokit's
/// clients included: none of Octokit's own exceptions is thrown for an answer.
/// </summary>
#pragma warning disable CA1001 // What the client would dispose of is a handler without anything of its own; the factory owns the connections.
public sealed class GitHubConnection
#pragma warning restore CA1001
{
    /// <summary>GitHub's largest page.</summary>
    public const int PageSize = 100;

    private static readonly ProductHeaderValue Product = new("Sentinel");

    private readonly GitHubAddresses _addresses;
    private readonly GitHubHandler _handler;
    private readonly HttpClient _http;

    internal GitHubConnection(GitHubCaller caller, GitHubTransport transport)
    {
        _addresses = transport.Addresses;
        // The handler's own limits hold, one for each try and one for rate limits; a limit over all of them would cut the retries off.
        _handler = new GitHubHandler(caller, transport);
        _http = new HttpClient(_handler) { BaseAddress = _addresses.Api, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Octokit's client for one piece of work. Cheap to make; its calls stop with the token, which most of Octokit's methods do not take.</summary>
    public IGitHubClient Octokit(CancellationToken cancellationToken) => new GitHubClient(
        new Connection(Product, _addresses.Api, new InMemoryCredentialStore(Credentials.Anonymous), new OctokitTransport(_http, _handler, cancellationToken), new SimpleJsonSerializer()));

    /// <summary>GET of one thing.</summary>
    /// <param name="path">Below the API's base, without a slash at its start: <c>repos/acme/shop</c>.</param>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(HttpMethod.Get, path, body: null, cancellationToken);

    /// <summary>All items of a list, page by page (https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api).</summary>
    /// <param name="path">Below the API's base; name <c>per_page</c> to get less than <see cref="PageSize"/> at a time.</param>
    /// <param name="member">Where the list is in the answer, as in <c>check_runs</c>; null when the answer is the list.</param>
    public async IAsyncEnumerable<T> ListAsync<T>(string path, string? member, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!path.Contains("per_page=", StringComparison.Ordinal)) path += $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}per_page={PageSize}";
        for (var next = new Uri(_addresses.Api, path); next is not null;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, next);
            using var answer = await _http.SendAsync(request, cancellationToken);
            var body = await ReadAsync<JsonElement>(answer, cancellationToken);
            foreach (var item in (member is null ? body : body.GetProperty(member)).EnumerateArray())
                yield return item.Deserialize<T>(GitHubJson.Options) ?? throw new JsonException("The list holds a null.");
            next = LinkHeader.Next(answer);
            // The credential must not follow an answer to another host.
            if (next is not null && next.Authority != _addresses.Api.Authority) throw new InvalidOperationException("GitHub's next page lies on another host than its API.");
        }
    }

    /// <summary>Any request with an answer.</summary>
    /// <param name="path">Below the API's base, without a slash at its start.</param>
    /// <param name="body">Written as JSON with <see cref="GitHubJson"/>; null for none.</param>
    /// <param name="isRepeatable">Whether sending it twice does no harm although it is a POST or PATCH; it is then tried again after lost connections and faults.</param>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken, bool isRepeatable = false)
    {
        using var answer = await ExchangeAsync(method, new Uri(_addresses.Api, path), body, isRepeatable, cancellationToken);
        return await ReadAsync<T>(answer, cancellationToken);
    }

    /// <summary>Any request whose answer does not matter.</summary>
    /// <inheritdoc cref="SendAsync{T}"/>
    public async Task SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken, bool isRepeatable = false)
    {
        using var answer = await ExchangeAsync(method, new Uri(_addresses.Api, path), body, isRepeatable, cancellationToken);
    }

    /// <summary>A GraphQL query or mutation.</summary>
    /// <param name="query">The document. One that begins with <c>mutation</c> is not repeated after a lost connection.</param>
    /// <param name="variables">Written as JSON; null for none.</param>
    /// <returns>The answer's <c>data</c>. GraphQL's names are in camel case, as are <typeparamref name="T"/>'s members then.</returns>
    /// <remarks>https://docs.github.com/en/graphql/guides/forming-calls-with-graphql</remarks>
    public async Task<T> QueryAsync<T>(string query, object? variables, CancellationToken cancellationToken)
    {
        var isRepeatable = !query.TrimStart().StartsWith("mutation", StringComparison.Ordinal);
        using var answer = await ExchangeAsync(
            HttpMethod.Post, _addresses.GraphQl, new Dictionary<string, object?>(StringComparer.Ordinal) { ["query"] = query, ["variables"] = variables },
            isRepeatable, cancellationToken, GitHubJson.GraphQl);
        var body = await ReadAsync<JsonElement>(answer, cancellationToken);
        if (GraphQlFaults.Of(body, answer) is { } fault) throw fault;
        return body.GetProperty("data").Deserialize<T>(GitHubJson.GraphQl) ?? throw new JsonException("The answer's data is null.");
    }

    private async Task<HttpResponseMessage> ExchangeAsync(
        HttpMethod method, Uri url, object? body, bool isRepeatable, CancellationToken cancellationToken, JsonSerializerOptions? json = null)
    {
        using var request = new HttpRequestMessage(method, url);
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: json ?? GitHubJson.Options);
        if (isRepeatable) request.MarkRepeatable();
        return await _http.SendAsync(request, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        await answer.Content.ReadFromJsonAsync<T>(GitHubJson.Options, cancellationToken) ?? throw new JsonException("The answer is null.");
}
