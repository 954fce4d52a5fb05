using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Polly.Timeout;
using Sentinel.GitHub.Errors;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.GitHub.Http;

/// <summary>What all handlers share.</summary>
internal sealed record GitHubTransport(
    IHttpMessageHandlerFactory Handlers, GitHubAddresses Addresses, IOptions<GitHubOptions> Options, CallerStates States, EntityTagCache Cache, TimeProvider Time);

/// <summary>
/// Makes requests as one caller: within its rate limits, a few at a time, with its credential, by ETag where an answer is known. What is
/// not a success leaves as a <see cref="GitHubException"/>.
/// </summary>
internal sealed class GitHubHandler(GitHubCaller caller, GitHubTransport transport) : HttpMessageHandler
{
    // Moved repositories answer with 301; https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects.
    private const int MaxRedirects = 3;

    private const int MaxRefusals = 3;

    public static readonly ActivitySource Source = new("Sentinel.GitHub");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var described = GitHubFaults.Describe(request, transport.Addresses.Api);
        using var span = Source.StartActivity("github", ActivityKind.Internal);
        span?.SetTag("github.request", described).SetTag("github.caller", caller.ToString());
        var state = transport.States.Of(caller);
        await state.Slots.WaitAsync(cancellationToken);
        try
        {
            return await SendAsync(request, described, state.Limits, span, cancellationToken);
        }
        catch (GitHubException ex)
        {
            span?.SetStatus(ActivityStatusCode.Error, ex.GetType().Name).SetTag("github.request_id", ex.GitHubRequestId);
            throw;
        }
        finally
        {
            state.Slots.Release();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string described, RateLimits limits, Activity? span, CancellationToken cancellationToken)
    {
        var (redirects, credentials, refusals) = (0, 0, 0);
        while (true)
        {
            await WaitAsync(request.RequestUri!, described, limits, cancellationToken);
            var credential = await PrepareAsync(request, cancellationToken);
            var key = CacheKeyOf(request);
            var known = key is null ? null : transport.Cache.Find(key);
            request.Headers.IfNoneMatch.Clear();
            if (known is not null) request.Headers.IfNoneMatch.Add(known.Tag);

            var answer = await ExchangeAsync(request, described, cancellationToken);
            span?.SetTag("http.response.status_code", (int)answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.NotModified && known is not null)
            {
                limits.Observe(request.RequestUri!, answer, "");
                answer.Dispose();
                return Restore(known, request);
            }
            if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotModified)
            {
                limits.Observe(request.RequestUri!, answer, "");
                if (key is not null) await KeepAsync(key, answer, cancellationToken);
                return answer;
            }
            if (RedirectOf(request, answer) is { } target && redirects++ < MaxRedirects)
            {
                request.RequestUri = target;
                answer.Dispose();
                continue;
            }
            if (credential is not null && answer.StatusCode == HttpStatusCode.Unauthorized && credentials++ == 0 && caller.Refused(credential, answer))
            {
                answer.Dispose();
                continue;
            }
            using (answer)
            {
                var (message, errors) = await GitHubFaults.ReadAsync(answer, cancellationToken);
                if (limits.Observe(request.RequestUri!, answer, message) && refusals++ < MaxRefusals) continue;
                if (refusals > 0 && limits.For(request.RequestUri!) is { } limit) throw new GitHubRateLimitedException(described, limit.Until, limit.IsSecondary, null);
                throw GitHubFaults.Of(request, answer, described, message, errors);
            }
        }
    }

    private async Task WaitAsync(Uri url, string described, RateLimits limits, CancellationToken cancellationToken)
    {
        while (limits.For(url) is { } limit)
        {
            var wait = limit.Until - transport.Time.GetUtcNow();
            if (wait > transport.Options.Value.MaxRateLimitWait) throw new GitHubRateLimitedException(described, limit.Until, limit.IsSecondary, null);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, transport.Time, cancellationToken);
        }
    }

    // A credential leaves for GitHub's API alone: answers may lead elsewhere.
    private async Task<AuthenticationHeaderValue?> PrepareAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = request.Headers;
        headers.Authorization = request.RequestUri!.Authority == transport.Addresses.Api.Authority ? await caller.AuthorizeAsync(cancellationToken) : null;
        if (headers.UserAgent.Count == 0) headers.UserAgent.Add(new ProductInfoHeaderValue("Sentinel", null));
        if (headers.Accept.Count == 0) headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vnd.github+json"));
        // https://docs.github.com/en/rest/about-the-rest-api/api-versions
        if (!headers.Contains("X-GitHub-Api-Version")) headers.Add("X-GitHub-Api-Version", "2022-11-28");
        return headers.Authorization;
    }

    private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, string described, CancellationToken cancellationToken)
    {
        try
        {
            // Taken anew each time, so that the factory can replace connections while a client lives on.
            using var invoker = new HttpMessageInvoker(transport.Handlers.CreateHandler(GitHubResilience.Client), disposeHandler: false);
            return await invoker.SendAsync(request, cancellationToken);
        }
        catch (Exception ex) when (ex is HttpRequestException or TimeoutRejectedException)
        {
            throw new GitHubUnavailableException(described, mayHaveActed: !request.IsRepeatable() && !ex.NeverArrived(), ex);
        }
    }

    private Uri? RedirectOf(HttpRequestMessage request, HttpResponseMessage answer)
    {
        if (answer.Headers.Location is not { } location) return null;
        var target = new Uri(request.RequestUri!, location);
        if (target.Authority != transport.Addresses.Api.Authority) return null;
        // 307 and 308 keep the method; the others may turn it into GET, which only a GET can stand.
        return answer.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            || (answer.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found && request.Method == HttpMethod.Get) ? target : null;
    }

    private string? CacheKeyOf(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get && request.Headers.Authorization is not null && request.RequestUri!.Authority == transport.Addresses.Api.Authority
            ? $"{caller.CacheKey}\n{request.Headers.Accept}\n{request.RequestUri}"
            : null;

    private async Task KeepAsync(string key, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Headers.ETag is not { } tag || answer.StatusCode != HttpStatusCode.OK) return;
        var headers = answer.Headers.Concat(answer.Content.Headers).Select(h => KeyValuePair.Create(h.Key, h.Value.ToArray())).ToArray();
        transport.Cache.Store(key, new CachedAnswer(tag, await answer.Content.ReadAsByteArrayAsync(cancellationToken), headers));
    }

    private static HttpResponseMessage Restore(CachedAnswer known, HttpRequestMessage request)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new ByteArrayContent(known.Body) };
        foreach (var (name, values) in known.Headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, values)) answer.Content.Headers.TryAddWithoutValidation(name, values);
        }
        return answer;
    }
}
