using System.Globalization;
using StackExchange.Redis;

namespace Sentinel.AiService.Budgets;

/// <summary>The use of all instances: one hash a day, checked and raised in one step.</summary>
internal sealed class RedisCounters(IConnectionMultiplexer redis) : IBudgetCounters
{
    // Long enough for every time zone's yesterday to be looked up, short enough not to pile up.
    private const int KeptSeconds = 3 * 24 * 3600;

    private const string Reserve = """
        local function over(field, add, limit) return tonumber(redis.call('HGET', KEYS[1], field) or '0') + tonumber(add) > tonumber(limit) end
        if over('tokens', ARGV[2], ARGV[4]) or over('micros', ARGV[3], ARGV[5])
          or over(ARGV[1] .. ':tokens', ARGV[2], ARGV[6]) or over(ARGV[1] .. ':micros', ARGV[3], ARGV[7]) then return 0 end
        redis.call('HINCRBY', KEYS[1], 'tokens', ARGV[2])
        redis.call('HINCRBY', KEYS[1], 'micros', ARGV[3])
        redis.call('HINCRBY', KEYS[1], ARGV[1] .. ':tokens', ARGV[2])
        redis.call('HINCRBY', KEYS[1], ARGV[1] .. ':micros', ARGV[3])
        redis.call('EXPIRE', KEYS[1], ARGV[8])
        return 1
        """;

    public async ValueTask<bool> TryReserveAsync(DateOnly day, Guid repositoryId, Spend amount, BudgetLimits limits)
    {
        var answer = await redis.GetDatabase().ScriptEvaluateAsync(
            Reserve, [KeyOf(day)],
            [
                repositoryId.ToString("N"), amount.Tokens, amount.Micros,
                limits.Tokens, limits.Micros, limits.RepositoryTokens, limits.RepositoryMicros, KeptSeconds,
            ]);
        return (int)answer == 1;
    }

    public async ValueTask AdjustAsync(DateOnly day, Guid repositoryId, Spend amount)
    {
        var (database, key, repository) = (redis.GetDatabase(), KeyOf(day), repositoryId.ToString("N"));
        await Task.WhenAll(
            database.HashIncrementAsync(key, "tokens", amount.Tokens),
            database.HashIncrementAsync(key, "micros", amount.Micros),
            database.HashIncrementAsync(key, $"{repository}:tokens", amount.Tokens),
            database.HashIncrementAsync(key, $"{repository}:micros", amount.Micros));
    }

    private static RedisKey KeyOf(DateOnly day) => $"sentinel:ai:budget:{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
}
