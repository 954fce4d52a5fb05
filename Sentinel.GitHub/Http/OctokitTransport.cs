using Octokit;
using Octokit.Internal;

namespace Sentinel.GitHub.Http;

/// <summary>
/// Carries Octokit's requests over our client. Octokit's own adapter, of which only the translation is used, gives every request 100
/// seconds whatever our retries take, and lets nobody cancel the methods that take no token.
/// </summary>
internal sealed class OctokitTransport(HttpClient http, HttpMessageHandler handler, CancellationToken lifetime) : HttpClientAdapter(() => handler), IHttpClient
{
    async Task<IResponse> IHttpClient.Send(IRequest request, CancellationToken cancellationToken, Func<object, object>? preprocessResponseBody)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime);
        using var message = BuildRequestMessage(request);
        var answer = await http.SendAsync(message, both.Token);
        return await BuildResponse(answer, preprocessResponseBody);
    }
}
