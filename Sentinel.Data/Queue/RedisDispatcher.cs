using StackExchange.Redis;

namespace Sentinel.Data.Queue;

/// <summary>
/// Orders and wakes. Three sorted sets under one hash tag: <c>ready</c> (score: time queued plus the lane's handicap, so that a lower
/// lane ages past a higher one), <c>delayed</c> (score: due time), <c>taken</c> (score: when to hand out again if the taker died
/// before Postgres knew of it), and a hash <c>scores</c> that keeps a scan's place in <c>ready</c> while it is in another set. Times
/// are milliseconds of Unix time.
/// </summary>
internal sealed class RedisDispatcher(IConnectionMultiplexer redis)
{
    public static readonly RedisChannel Wake = RedisChannel.Literal("{sentinel:scans}:wake");

    private static readonly RedisKey Ready = "{sentinel:scans}:ready";
    private static readonly RedisKey Delayed = "{sentinel:scans}:delayed";
    private static readonly RedisKey Taken = "{sentinel:scans}:taken";
    private static readonly RedisKey Scores = "{sentinel:scans}:scores";
    private static readonly RedisKey[] Keys = [Ready, Delayed, Taken, Scores];

    private const long TakenMilliseconds = 15_000;

    // KEYS ready delayed taken scores; ARGV now, then id, score, due (0 = at once) of each scan. Known ids are left alone.
    private const string AddScript = """
        local added = 0
        for i = 2, #ARGV, 3 do
          local id = ARGV[i]
          if not redis.call('ZSCORE', KEYS[1], id) and not redis.call('ZSCORE', KEYS[2], id) and not redis.call('ZSCORE', KEYS[3], id) then
            redis.call('HSET', KEYS[4], id, ARGV[i + 1])
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
        for set = 2, 3 do
          for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[set], '-inf', ARGV[1], 'LIMIT', 0, 100)) do
            redis.call('ZREM', KEYS[set], id)
            redis.call('ZADD', KEYS[1], redis.call('HGET', KEYS[4], id) or ARGV[1], id)
          end
        end
        local first = redis.call('ZRANGE', KEYS[1], 0, 0)
        if #first == 0 then return nil end
        redis.call('ZREM', KEYS[1], first[1])
        redis.call('ZADD', KEYS[3], ARGV[2], first[1])
        return first[1]
        """;

    // KEYS as above; ARGV ids.
    private const string ForgetScript = """
        for _, id in ipairs(ARGV) do
          redis.call('ZREM', KEYS[1], id)
          redis.call('ZREM', KEYS[2], id)
          redis.call('ZREM', KEYS[3], id)
          redis.call('HDEL', KEYS[4], id)
        end
        return 1
        """;

    // KEYS as above; ARGV id, score, due.
    private const string DelayScript = """
        redis.call('ZREM', KEYS[1], ARGV[1])
        redis.call('ZREM', KEYS[3], ARGV[1])
        redis.call('HSET', KEYS[4], ARGV[1], ARGV[2])
        redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
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

    public async Task ForgetAsync(params IReadOnlyCollection<Guid> ids)
    {
        foreach (var chunk in ids.Chunk(1000))
            await redis.GetDatabase().ScriptEvaluateAsync(ForgetScript, Keys, [.. chunk.Select(id => (RedisValue)id.ToString("N"))]);
    }

    /// <summary>Hands the scan out at its due time at the earliest, and then at its old place in the order.</summary>
    public async Task DelayAsync(Entry entry, DateTimeOffset due) =>
        await redis.GetDatabase().ScriptEvaluateAsync(
            DelayScript, Keys, [entry.Id.ToString("N"), entry.Score.ToUnixTimeMilliseconds(), due.ToUnixTimeMilliseconds()]);
}
