using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Webhooks;

namespace Sentinel.Tests.Api.Webhooks;

public sealed class WebhookRefusalTests
{
    private const string Ping = """{"zen":"Keep it logically awesome.","hook_id":1}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, string> BadRequests { get; } = new()
    {
        { "no signature", 401, "urn:sentinel:problem:webhook-signature" },
        { "sha1 signature", 401, "urn:sentinel:problem:webhook-signature" },
        { "other secret", 401, "urn:sentinel:problem:webhook-signature" },
        { "empty secret", 401, "urn:sentinel:problem:webhook-signature" },
        { "body changed after signing", 401, "urn:sentinel:problem:webhook-signature" },
        { "body cut short after signing", 401, "urn:sentinel:problem:webhook-signature" },
        { "form content", 415, "urn:sentinel:problem:unsupported-media-type" },
        { "text content", 415, "urn:sentinel:problem:unsupported-media-type" },
        { "no event", 400, "urn:sentinel:problem:malformed-request" },
        { "odd event", 400, "urn:sentinel:problem:malformed-request" },
        { "no delivery", 400, "urn:sentinel:problem:malformed-request" },
        { "odd delivery", 400, "urn:sentinel:problem:malformed-request" },
        { "empty body", 400, "urn:sentinel:problem:webhook-payload" },
        { "not JSON", 400, "urn:sentinel:problem:webhook-payload" },
        { "truncated JSON", 400, "urn:sentinel:problem:webhook-payload" },
        { "two documents", 400, "urn:sentinel:problem:webhook-payload" },
        { "array", 400, "urn:sentinel:problem:webhook-payload" },
        { "deep", 400, "urn:sentinel:problem:webhook-payload" },
        { "push without fields", 400, "urn:sentinel:problem:webhook-payload" },
        { "pull request without fields", 400, "urn:sentinel:problem:webhook-payload" },
    };

    [Fact]
    public async Task Post_BadRequests_AreRefusedAndNothingIsStored()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        foreach (var row in BadRequests)
        {
            var (name, status, type) = row.Data;

            using var response = await Bad(name).PostAsync(api.Anonymous, Cancellation);

            Assert.Equal((name, (HttpStatusCode)status), (name, response.StatusCode));
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var problem = await response.Content.ReadFromJsonAsync<ProblemDetails>(Cancellation);
            Assert.Equal((name, type), (name, problem!.Type));
        }

        Assert.Equal(0, await api.QueryAsync(db => db.Deliveries.CountAsync(Cancellation)));
        Assert.Equal(0, await api.QueryAsync(db => db.Scans.CountAsync(Cancellation)));
        Assert.Equal(0, await api.QueryAsync(db => db.Repositories.CountAsync(Cancellation)));
    }

    [Theory]
    [InlineData(0, false, 202)]
    [InlineData(0, true, 202)]
    [InlineData(1, false, 413)]
    [InlineData(1, true, 413)]
    public async Task Post_AtAndAboveTheSizeLimit_IsTakenAndRefused(int extra, bool chunked, int status)
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        var body = Encoding.ASCII.GetBytes("{\"zen\":\"" + new string('x', WebhookBody.MaxBytes + extra - 10) + "\"}");
        Assert.Equal(WebhookBody.MaxBytes + extra, body.Length);

        using var response = await new SignedWebhook("ping", body) { Chunked = chunked }.PostAsync(api.Anonymous, Cancellation);

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(1 - extra, await api.QueryAsync(db => db.Deliveries.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Post_DatabaseAway_Is503WithRetryAfter()
    {
        await using var api = await ApiServer.StartAsync(
            Cancellation, connectionString: "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2");

        using var response = await new SignedWebhook("ping", Ping).PostAsync(api.Anonymous, Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    private static SignedWebhook Bad(string name) => name switch
    {
        "no signature" => new("ping", Ping) { Signature = "" },
        "sha1 signature" => new("ping", Ping) { Signature = "sha1=0123456789012345678901234567890123456789" },
        "other secret" => new("ping", Ping) { Secret = "another secret" },
        "empty secret" => new("ping", Ping) { Secret = "" },
        "body changed after signing" => new SignedWebhook("ping", Ping) is var good ? good with { Body = Encoding.UTF8.GetBytes(Ping.Replace('1', '2')), Signature = SignatureOf(Ping) } : null!,
        "body cut short after signing" => new("ping", Encoding.UTF8.GetBytes(Ping)[..^3]) { Signature = SignatureOf(Ping) },
        "form content" => new("ping", "payload=%7B%7D") { ContentType = "application/x-www-form-urlencoded" },
        "text content" => new("ping", Ping) { ContentType = "text/plain" },
        "no event" => new("ping", Ping) { EventHeader = null },
        "odd event" => new("ping", Ping) { EventHeader = "Ping; drop" },
        "no delivery" => new("ping", Ping) { DeliveryId = null },
        "odd delivery" => new("ping", Ping) { DeliveryId = "../../x" },
        "empty body" => new("ping", ""),
        "not JSON" => new("ping", "hello"),
        "truncated JSON" => new("ping", Ping[..^1]),
        "two documents" => new("ping", Ping + Ping),
        "array" => new("ping", "[]"),
        "deep" => new("ping", "{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}"),
        "push without fields" => new("push", "{}"),
        "pull request without fields" => new("pull_request", """{"action":"opened"}"""),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private static string SignatureOf(string body) => "sha256=" + Convert.ToHexStringLower(
        System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(ApiServer.WebhookSecret), Encoding.UTF8.GetBytes(body)));
}
