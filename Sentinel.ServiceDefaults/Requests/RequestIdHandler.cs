namespace Sentinel.ServiceDefaults.Requests;

/// <summary>Sends the current request ID with every outgoing call.</summary>
internal sealed class RequestIdHandler : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (RequestIdContext.Current is { } requestId && !request.Headers.Contains(RequestIds.HeaderName))
            request.Headers.TryAddWithoutValidation(RequestIds.HeaderName, requestId);
        return base.SendAsync(request, cancellationToken);
    }
}
