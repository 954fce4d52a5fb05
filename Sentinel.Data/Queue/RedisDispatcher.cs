using StackExchange.Redis;

namespace Sentinel.Data.Queue;

/// <summary>
/// Orders and wakes. Three sorted sets under one hash tag: <c>ready</c> (score: time queued plus the lane's handicap, so that a lower
/// lane ages past a higher one), <c>delayed</c> (score: due time), <c>taken</c> (score: when to hand out again if the taker died
/// before Postgres knew of it). Times are milliseconds of Unix time.
/// </summary>
internal sealed class RedisDispatcher(IConnectionMultiplexer redis)
{
    public static readonly RedisChannel Wake = RedisChannel.Literal("{sentinel:scans}:wake");

    private static readonly RedisKey Ready = "{sentinel:scans}:ready";
    private static readonly RedisKey Delayed = "{sentinel:scans}:delayed";
    private static readonly RedisKey Taken = "{sentinel:scans}:taken";
    private static readonly RedisKey[] Keys = [Ready, Delayed, Taken];

    private const long TakenMilliseconds = 15_000;

    // KEYS ready delayed taken; ARGV now, then id, score, due (0 = at once) of each scan. Known ids are left alone.
    private const string AddScript = """
        local added = 0
        for i = 2, #ARGV, 3 do
          local id = ARGV[i]
          if not redis.call('ZSCORE', KEYS[1], id) and not redis.call('ZSCORE', KEYS[2], id) and not redis.call('ZSCORE', KEYS[3], id) then
            if tonumber(ARGV[i + 2]) > tonumber(ARGV[1]) then
              redis.call('ZADD', KEYS[2], ARGV[i + 2], id)
            else
              redis.call('ZADD', KEYS[1], ARGV[i + 1], id)
            end
            added = added + 1
          end
        end
        return added
        """;

    // KEYS as above; ARGV now, time until which the taken id is not handed out again. Returns an id or nil.
    private const string TakeScript = """
        local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, 100)
        for _, id in ipairs(due) do
          redis.call('ZREM', KEYS[2], id)
          redis.call('ZADD', KEYS[1], ARGV[1], id)
        end
        local lost = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[1], 'LIMIT', 0, 100)
        for _, id in ipairs(lost) do
          redis.call('ZREM', KEYS[3], id)
          redis.call('ZADD', KEYS[1], ARGV[1], id)
        end
        local first = redis.call('ZRANGE', KEYS[1], 0, 0)
        if #first == 0 then return nil end
        redis.call('ZREM', KEYS[1], first[1])
        redis.call('ZADD', KEYS[3], ARGV[2], first[1])
        return first[1]
        """;

    // KEYS as above; ARGV id, due (0 = forget it).
    private const string MoveScript = """
        redis.call('ZREM', KEYS[1], ARGV[1])
        redis.call('ZREM', KEYS[2], ARGV[1])
        redis.call('ZREM', KEYS[3], ARGV[1])
        if tonumber(ARGV[2]) > 0 then redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1]) end
        return 1
        """;

    public sealed record Entry(Guid Id, DateTimeOffset Score, DateTimeOffset? Due);

    public async Task<int> AddAsync(IEnumerable<Entry> entries, DateTimeOffset now)
    {
        var added = 0;
        foreach (var chunk in entries.Chunk(500))
        {
            RedisValue[] arguments = [now.ToUnixTimeMilliseconds(), .. chunk.SelectMany(e => new RedisValue[]
            {
                e.Id.ToString("N"), e.Score.ToUnixTimeMilliseconds(), e.Due?.ToUnixTimeMilliseconds() ?? 0,
            })];
            added += (int)await redis.GetDatabase().ScriptEvaluateAsync(AddScript, Keys, arguments);
        }
        if (added > 0) await redis.GetSubscriber().PublishAsync(Wake, "1");
        return added;
    }

    public async Task<Guid?> TakeAsync(DateTimeOffset now)
    {
        var milliseconds = now.ToUnixTimeMilliseconds();
        var taken = await redis.GetDatabase().ScriptEvaluateAsync(TakeScript, Keys, [milliseconds, milliseconds + TakenMilliseconds]);
        return Guid.TryParseExact((string?)taken, "N", out var id) ? id : null;
    }

    public Task ForgetAsync(Guid id) => MoveAsync(id, 0);

    public Task DelayAsync(Guid id, DateTimeOffset due) => MoveAsync(id, due.ToUnixTimeMilliseconds());

    private async Task MoveAsync(Guid id, long due) =>
        await redis.GetDatabase().ScriptEvaluateAsync(MoveScript, Keys, [id.ToString("N"), due]);
}
