using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Api.Live;

public sealed class StreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ScanEvents_WithoutRedis_StillShowTheEnd()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        using var created = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = "https://github.com/owner/name" }, Cancellation);
        var scan = (await created.Content.ReadFromJsonAsync<ScanAccepted>(SentinelJson.Options, Cancellation))!.ScanId;
        using var response = await client.GetAsync($"{ApiRoutes.Scans}/{scan}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var seen = new List<ScanStatus>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(Cancellation)).EnumerateAsync(Cancellation))
        {
            if (item.EventType != "progress") continue;
            seen.Add(JsonSerializer.Deserialize<ScanProgress>(item.Data, SentinelJson.Options)!.Status);
            if (seen.Count > 1) continue;
            using var cancelled = await client.PostAsync($"{ApiRoutes.Scans}/{scan}/cancel", null, Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, cancelled.StatusCode);
        }

        Assert.Equal([ScanStatus.Queued, ScanStatus.Cancelled], seen);
    }

    [Fact]
    public async Task ScanEvents_OfNoScan_Is404()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Viewer, Cancellation);

        using var response = await client.GetAsync($"{ApiRoutes.Scans}/{Guid.NewGuid()}/events", Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
