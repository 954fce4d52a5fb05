namespace Sentinel.Api.Sweeps;

/// <summary>One try of GitHub's to deliver a webhook, as its log has it.</summary>
/// <param name="Guid">The same for all tries: <c>X-GitHub-Delivery</c>.</param>
/// <param name="StatusCode">What was answered; 0 or 5xx where nobody answered.</param>
/// <remarks>https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook</remarks>
internal sealed record LoggedDelivery(long Id, string Guid, DateTimeOffset DeliveredAt, int StatusCode, string Event)
{
    public bool IsTaken => StatusCode is >= 200 and < 400;
}
