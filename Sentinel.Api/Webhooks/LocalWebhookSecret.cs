using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sentinel.Data;
using Sentinel.Data.Settings;

namespace Sentinel.Api.Webhooks;

/// <summary>
/// In Development nobody has to invent a webhook secret: one is made on the first start, kept in the database, and shown on
/// the terminal that once, to be copied into GitHub's settings. Elsewhere a missing secret stops the start.
/// </summary>
internal sealed class LocalWebhookSecret(WebhookSecret secret, IHostEnvironment environment, IServiceScopeFactory scopes, TimeProvider time)
    : BackgroundService
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
        var text = Encoding.ASCII.GetString(kept.Value);
        // To the terminal and not to the log: logs are shipped and kept, this line is for the person who just started it.
        if (inserted == 1) await Console.Error.WriteLineAsync($"Webhook secret of this installation, shown once: {text}");
        return text;
    }
}
