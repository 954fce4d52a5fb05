using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Data.Settings;

namespace Sentinel.Api.Webhooks;

/// <summary>
/// In Development nobody has to invent a webhook secret: one is made on the first start and kept in the database, and the log says
/// how to read it there. Elsewhere a missing secret stops the start.
/// </summary>
internal sealed partial class LocalWebhookSecret(
    WebhookSecret secret, IHostEnvironment environment, IServiceScopeFactory scopes, TimeProvider time, ILogger<LocalWebhookSecret> logger) : BackgroundService
{
    private const string Key = "webhook-secret";

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (environment.IsDevelopment() && secret.IsEmpty && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                secret.Use(await FindOrMakeAsync(stoppingToken));
            }
            catch (Exception exception) when (Problems.DatabaseFaults.IsUnavailable(exception))
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private async Task<string> FindOrMakeAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<SentinelDbContext>();
        var made = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        var inserted = await db.Database.ExecuteSqlAsync(
            $"insert into settings (key, value, created_at) values ({Key}, {made}, {time.GetUtcNow()}) on conflict (key) do nothing",
            cancellationToken);
        var kept = await db.Settings.AsNoTracking().SingleAsync(setting => setting.Key == Key, cancellationToken);
        if (inserted == 1) LogMade();
        return Encoding.ASCII.GetString(kept.Value);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A webhook secret was made, as GITHUB_WEBHOOK_SECRET is not set. Read it with: "
        + "psql -c \"select convert_from(value, 'UTF8') from settings where key = 'webhook-secret'\"")]
    private partial void LogMade();
}
