using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>An entry of the delivery log.</summary>
/// <param name="Guid">The same for every try of one event: <c>X-GitHub-Delivery</c>.</param>
/// <param name="StatusCode">What the receiver answered; 502 when it was not reached.</param>
internal sealed record FakeDelivery(
    long Id, string Guid, DateTimeOffset DeliveredAt, bool Redelivery, int StatusCode, string Event, string? Action, long? InstallationId, long? RepositoryId, byte[] Payload);

/// <summary>The App's webhook. GitHub itself never tries again; whoever wants a delivery asks for it.</summary>
/// <remarks>https://docs.github.com/en/rest/apps/webhooks, https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries</remarks>
internal sealed class FakeHook(FakeGitHubServer server) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly List<FakeDelivery> _log = [];

    /// <summary>Where events are sent; null sends nothing, and every delivery fails.</summary>
    public Uri? Url { get; set; }

    /// <summary>Sends of redeliveries that were asked for; await them before asserting what the receiver did.</summary>
    public List<Task> Redeliveries { get; } = [];

    /// <summary>The log, oldest first.</summary>
    public IReadOnlyList<FakeDelivery> Log
    {
        get
        {
            lock (_log) return [.. _log];
        }
    }

    /// <summary>Something happened: sends it once, signed, and writes the log.</summary>
    /// <param name="guid">Null for a new one.</param>
    public async Task<FakeDelivery> DeliverAsync(string eventName, JsonObject payload, CancellationToken cancellationToken, string? guid = null) =>
        await SendAsync(eventName, guid ?? Guid.NewGuid().ToString("D"), Encoding.UTF8.GetBytes(payload.ToJsonString()), redelivery: false, cancellationToken);

    /// <summary>Writes a delivery into the log without sending it: one that failed while nobody listened.</summary>
    public FakeDelivery Add(string eventName, JsonObject payload, int statusCode = 502, DateTimeOffset? at = null, string? guid = null) =>
        Enter(eventName, guid ?? Guid.NewGuid().ToString("D"), Encoding.UTF8.GetBytes(payload.ToJsonString()), redelivery: false, statusCode, at);

    public void Map(FakeRoutes routes)
    {
        routes.Get("/app/hook/config", "app", call => new JsonObject { ["content_type"] = "json", ["insecure_ssl"] = "0", ["secret"] = "********", ["url"] = Url?.ToString() ?? "" });
        routes.Get("/app/hook/deliveries", "app", List);
        routes.Get("/app/hook/deliveries/{id}", "app", call => InFull(Find(call)));
        routes.Post("/app/hook/deliveries/{id}/attempts", "app", call =>
        {
            var delivery = Find(call);
            Redeliveries.Add(Task.Run(() => SendAsync(delivery.Event, delivery.Guid, delivery.Payload, redelivery: true, CancellationToken.None)));
            call.Status = 202;
            return new JsonObject();
        });
    }

    public void Dispose() => _http.Dispose();

    private FakeDelivery Find(FakeCall call) => Log.FirstOrDefault(d => d.Id == call.Number("id")) ?? throw FakeRefusal.NotFound();

    // Newest first; the cursor of the next page is in the Link header alone.
    private JsonArray List(FakeCall call)
    {
        var size = Math.Clamp(int.TryParse(call.Query("per_page"), out var asked) ? asked : 30, 1, 100);
        var before = long.TryParse(call.Query("cursor")?.TrimStart('v'), out var cursor) ? cursor : long.MaxValue;
        var found = Log.Reverse().Where(d => d.Id < before && call.Query("status") switch { "success" => d.StatusCode < 400, "failure" => d.StatusCode >= 400, _ => true }).ToList();
        if (found.Count > size) call.Headers["Link"] = $"<{call.BaseUrl}/app/hook/deliveries?per_page={size}&cursor=v{found[size - 1].Id}>; rel=\"next\"";
        return new JsonArray([.. found.Take(size).Select(Item)]);
    }

    private async Task<FakeDelivery> SendAsync(string eventName, string guid, byte[] payload, bool redelivery, CancellationToken cancellationToken)
    {
        var status = 502;
        if (Url is not null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(payload) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Add("X-GitHub-Event", eventName);
            request.Headers.Add("X-GitHub-Delivery", guid);
            request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(server.App.WebhookSecret), payload)));
            request.Headers.UserAgent.ParseAdd("GitHub-Hookshot/044aadd");
            try
            {
                using var answer = await _http.SendAsync(request, cancellationToken);
                status = (int)answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                // Nobody listens there: logged as 502.
            }
        }
        return Enter(eventName, guid, payload, redelivery, status, at: null);
    }

    private FakeDelivery Enter(string eventName, string guid, byte[] payload, bool redelivery, int status, DateTimeOffset? at)
    {
        var json = JsonNode.Parse(payload)!;
        var delivery = new FakeDelivery(
            server.NextId(), guid, at ?? server.Clock.GetUtcNow(), redelivery, status, eventName, json["action"]?.GetValue<string>(),
            json["installation"]?["id"]?.GetValue<long>(), json["repository"]?["id"]?.GetValue<long>(), payload);
        lock (_log) _log.Add(delivery);
        return delivery;
    }

    private static JsonObject Item(FakeDelivery delivery) => new()
    {
        ["id"] = delivery.Id,
        ["guid"] = delivery.Guid,
        ["delivered_at"] = FakeShapes.Time(delivery.DeliveredAt),
        ["redelivery"] = delivery.Redelivery,
        ["duration"] = 0.27,
        ["status"] = delivery.StatusCode < 400 ? "OK" : "Invalid HTTP Response: " + delivery.StatusCode,
        ["status_code"] = delivery.StatusCode,
        ["event"] = delivery.Event,
        ["action"] = delivery.Action,
        ["installation_id"] = delivery.InstallationId,
        ["repository_id"] = delivery.RepositoryId,
        ["throttled_at"] = null,
    };

    private static JsonObject InFull(FakeDelivery delivery)
    {
        var json = Item(delivery);
        json["request"] = new JsonObject { ["headers"] = new JsonObject { ["X-GitHub-Delivery"] = delivery.Guid, ["X-GitHub-Event"] = delivery.Event }, ["payload"] = JsonNode.Parse(delivery.Payload) };
        json["response"] = new JsonObject { ["headers"] = new JsonObject(), ["payload"] = "" };
        return json;
    }
}
