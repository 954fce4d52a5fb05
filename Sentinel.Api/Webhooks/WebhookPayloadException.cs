namespace Sentinel.Api.Webhooks;

/// <summary>A signed payload that cannot be what its event says; the message is safe to show to the sender.</summary>
internal sealed class WebhookPayloadException(string message) : Exception(message);
