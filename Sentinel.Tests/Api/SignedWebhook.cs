using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Contracts;

namespace Sentinel.Tests.Api;

/// <summary>A webhook request, right in every way until a test makes it wrong.</summary>
internal sealed record SignedWebhook(string Event, byte[] Body)
{
    public string? DeliveryId { get; init; } = Guid.NewGuid().ToString();

    public string? EventHeader { get; init; } = Event;

    public string ContentType { get; init; } = "application/json";

    public string Secret { get; init; } = ApiServer.WebhookSecret;

    /// <summary>Null: made from the body; empty: none.</summary>
    public string? Signature { get; init; }

    public bool Chunked { get; init; }

    public SignedWebhook(string eventName, string json) : this(eventName, Encoding.UTF8.GetBytes(json)) { }

    public async Task<HttpResponseMessage> PostAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.GitHubWebhooks) { Content = new ByteArrayContent(Body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        if (Chunked) request.Headers.TransferEncodingChunked = true;
        if (EventHeader is not null) request.Headers.Add("X-GitHub-Event", EventHeader);
        if (DeliveryId is not null) request.Headers.Add("X-GitHub-Delivery", DeliveryId);
        var signature = Signature ?? "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Body));
        if (signature.Length > 0) request.Headers.Add("X-Hub-Signature-256", signature);
        return await client.SendAsync(request, cancellationToken);
    }
}
