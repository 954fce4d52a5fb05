using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Sentinel.AiService.Budgets;

/// <summary>
/// The hard stop. The most a call can cost is booked before it and corrected after it, so that calls at the same time cannot pass a
/// limit together. While Redis is away this process's own use, which is always counted too, holds the limit.
/// </summary>
internal sealed partial class Budget(
    IOptionsMonitor<BudgetOptions> options, MemoryCounters memory, TimeProvider time, ILogger<Budget> logger, RedisCounters? redis = null)
{
    /// <summary>Null when a limit would be passed.</summary>
    public async Task<Reservation?> TryReserveAsync(Guid repositoryId, Spend most)
    {
        var (day, limits) = (DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), options.CurrentValue.Limits);
        if (!await memory.TryReserveAsync(day, repositoryId, most, limits)) return null;
        try
        {
            if (redis is not null && !await redis.TryReserveAsync(day, repositoryId, most, limits))
            {
                await memory.AdjustAsync(day, repositoryId, default(Spend) - most);
                return null;
            }
            return new Reservation(day, repositoryId, most, InRedis: redis is not null);
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            LogCountedAlone(ex);
            return new Reservation(day, repositoryId, most, InRedis: false);
        }
    }

    /// <summary>Replaces what was booked by what was used.</summary>
    public async Task SettleAsync(Reservation reservation, Spend used)
    {
        var difference = used - reservation.Most;
        await memory.AdjustAsync(reservation.Day, reservation.RepositoryId, difference);
        if (!reservation.InRedis) return;
        try
        {
            await redis!.AdjustAsync(reservation.Day, reservation.RepositoryId, difference);
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            // The full booking stays for the day: the budget errs on the safe side.
            LogCountedAlone(ex);
        }
    }

    internal sealed record Reservation(DateOnly Day, Guid RepositoryId, Spend Most, bool InRedis);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer; the AI budget is counted in this process alone")]
    private partial void LogCountedAlone(Exception exception);
}
