using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sentinel.Contracts;
using Sentinel.ServiceDefaults.Requests;
using Sentinel.Web.Security;

namespace Sentinel.Web;

/// <summary>
/// Speaks HTTP with the API: adds the session, gives every call its own request ID and turns every failure into an
/// <see cref="ApiError"/> that names it.
/// </summary>
public sealed partial class ApiTransport(HttpClient http, SessionTokens sessions, ILogger<ApiTransport> logger)
{
    private const int MaxErrorBytes = 64 * 1024;

    public Task<ApiResult<T>> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Get, path, null, cancellationToken);

    public Task<ApiResult<T>> PostAsync<T>(string path, object? body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Post, path, body, cancellationToken);

    public Task<ApiResult<Done>> DeleteAsync(string path, CancellationToken cancellationToken) => DeleteAsync<Done>(path, cancellationToken);

    public Task<ApiResult<T>> DeleteAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Delete, path, null, cancellationToken);

    /// <summary>A list that the API may give whole or as one page.</summary>
    public async Task<ApiResult<IReadOnlyList<T>>> GetListAsync<T>(string path, CancellationToken cancellationToken)
    {
        var result = await SendAsync<JsonElement>(HttpMethod.Get, path, null, cancellationToken);
        if (result.Error is not null)
            return ApiResult.Failed<IReadOnlyList<T>>(result.Error);
        var items = result.Value.ValueKind == JsonValueKind.Array ? result.Value : result.Value.GetProperty("items");
        return ApiResult.Ok<IReadOnlyList<T>>(items.Deserialize<List<T>>(SentinelJson.Options) ?? []);
    }

    public async IAsyncEnumerable<T> EventsAsync<T>(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = await RequestAsync(HttpMethod.Get, path, RequestIds.New(), null);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var parser = SseParser.Create(stream, (_, data) => data.Length == 0 ? default : JsonSerializer.Deserialize<T>(data, SentinelJson.Options));
        await foreach (var item in parser.EnumerateAsync(cancellationToken))
        {
            if (item.Data is { } value)
                yield return value;
        }
    }

    private async Task<ApiResult<T>> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        var requestId = RequestIds.New();
        // A circuit lives for hours under the request that opened it: each call is a request of its own.
        using var _ = RequestIdContext.Use(requestId);
        try
        {
            using var request = await RequestAsync(method, path, requestId, body);
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
                return ApiResult.Failed<T>(await ErrorAsync(response, requestId, cancellationToken));
            if (typeof(T) == typeof(Done))
                return ApiResult.Ok<T>((T)(object)Done.Instance);
            var value = await response.Content.ReadFromJsonAsync<T>(SentinelJson.Options, cancellationToken);
            return value is null ? Unreadable<T>((int)response.StatusCode, requestId) : ApiResult.Ok<T>(value);
        }
        catch (JsonException exception)
        {
            LogUnreadable(path, requestId, exception);
            return Unreadable<T>(null, requestId);
        }
        // The page shows what went wrong and offers to try again; only the person leaving the page passes through.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogUnreachable(path, requestId, exception);
            return ApiResult.Failed<T>(new ApiError(
                null, "Sentinel's API did not answer", "It may be starting, or the network between the dashboard and the API is down.",
                requestId, NoFields));
        }
    }

    private async ValueTask<HttpRequestMessage> RequestAsync(HttpMethod method, string path, string requestId, object? body)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation(RequestIds.HeaderName, requestId);
        if (await sessions.CurrentAsync() is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: SentinelJson.Options);
        return request;
    }

    private static async Task<ApiError> ErrorAsync(HttpResponseMessage response, string sentId, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var requestId = response.Headers.TryGetValues(RequestIds.HeaderName, out var ids) ? ids.First() : sentId;
        var problem = await ProblemAsync(response, cancellationToken);
        return new ApiError(status, problem?.Title ?? DefaultTitle(status), problem?.Detail, requestId, problem?.Errors ?? NoFields, problem?.Type);
    }

    private static async Task<Problem?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
            return null;
        if (response.Content.Headers.ContentLength > MaxErrorBytes)
            return null;
        try
        {
            return await response.Content.ReadFromJsonAsync<Problem>(SentinelJson.Options, cancellationToken);
        }
        // The status alone already says that the call failed; a body that cannot be read adds nothing to it.
        catch (JsonException)
        {
            return null;
        }
    }

    private static ApiResult<T> Unreadable<T>(int? status, string requestId) => ApiResult.Failed<T>(new ApiError(
        status, "The API's answer could not be read", "The dashboard and the API may be of different versions.", requestId, NoFields));

    private static string DefaultTitle(int status) => status switch
    {
        400 or 422 => "The request was refused",
        401 => "The session has ended",
        403 => "Your role does not allow this",
        404 => "Not found",
        409 => "This is no longer possible",
        429 => "Too many requests",
        503 => "The API is not ready",
        _ => $"The API answered with status {status}",
    };

    private static readonly Dictionary<string, string[]> NoFields = [];

    private sealed record Problem(string? Type, string? Title, string? Detail, Dictionary<string, string[]>? Errors);

    [LoggerMessage(Level = LogLevel.Warning, Message = "API call {Path} got no answer, request {CallId}")]
    private partial void LogUnreachable(string path, string callId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "API call {Path} gave an answer that cannot be read, request {CallId}")]
    private partial void LogUnreadable(string path, string callId, Exception exception);
}
