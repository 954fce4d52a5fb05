using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Sessions;
using Sentinel.Data.Outbox;

namespace Sentinel.Tests.Api.Outbox;

public sealed class OutboxApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Retry_MessageThatWasGivenUp_WaitsAgainAndIsAudited()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        var id = await AddAsync(api, OutboxStatus.DeadLettered);
        using var admin = await api.AsAsync(Role.Admin, Cancellation);

        var shown = Assert.Single((await admin.GetFromJsonAsync<OperationsSnapshot>(ApiRoutes.Operations, SentinelJson.Options, Cancellation))!.DeadLetters!);
        using var first = await admin.PostAsync($"{ApiRoutes.Outbox}/{id}/retry", null, Cancellation);
        using var second = await admin.PostAsync($"{ApiRoutes.Outbox}/{id}/retry", null, Cancellation);

        Assert.Equal((id, "github.check", "GitHub forbids it.", 7), (shown.Id, shown.Kind, shown.Error, shown.Attempts));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.Conflict), (first.StatusCode, second.StatusCode));
        var row = await api.QueryAsync(db => db.Outbox.SingleAsync(m => m.Id == id, Cancellation));
        Assert.Equal((OutboxStatus.Pending, 0, null), (row.Status, row.Attempts, row.ProcessedAt));
        Assert.Equal("outbox.retried", await api.QueryAsync(db => db.AuditLog.OrderByDescending(e => e.Id).Select(e => e.Action).FirstAsync(Cancellation)));
    }

    private static async Task<Guid> AddAsync(ApiServer api, OutboxStatus status)
    {
        var now = TimeProvider.System.GetUtcNow();
        var message = new OutboxMessage
        {
            Kind = OutboxMessage.GitHubCheck,
            AggregateKey = "acme",
            IdempotencyKey = "acme",
            Payload = "{}",
            Status = status,
            Attempts = 7,
            LastError = "GitHub forbids it.",
            NextAttemptAt = now,
            CreatedAt = now,
            ProcessedAt = now,
        };
        await api.QueryAsync(async db =>
        {
            db.Outbox.Add(message);
            return await db.SaveChangesAsync(Cancellation);
        });
        return message.Id;
    }
}
