using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;
using Sentinel.Contracts;
using Sentinel.Contracts.Ai;
using StackExchange.Redis;

namespace Sentinel.AiService.Caching;

/// <summary>Checked answers by content hash: in this process, and in Redis for all instances where there is one.</summary>
internal sealed partial class AnswerCache(ILogger<AnswerCache> logger, TimeProvider time, IConnectionMultiplexer? redis = null) : IDisposable
{
    private const int MaxInMemory = 2000;
    private const int MaxStoredLength = 256 * 1024;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = MaxInMemory, Clock = new Clock(time) });

    public async Task<ExplanationResponse?> FindAsync(string contentHash)
    {
        if (_memory.TryGetValue(contentHash, out ExplanationResponse? answer)) return answer;
        if (redis is null) return null;
        try
        {
            var stored = await redis.GetDatabase().StringGetAsync(KeyOf(contentHash));
            if (stored.IsNull || stored.Length() > MaxStoredLength) return null;
            answer = JsonSerializer.Deserialize<ExplanationResponse>((string)stored!, SentinelJson.Options);
            if (answer is not null) Remember(contentHash, answer);
            return answer;
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException or JsonException)
        {
            LogNotRead(ex);
            return null;
        }
    }

    public async Task StoreAsync(ExplanationResponse answer)
    {
        Remember(answer.ContentHash, answer);
        if (redis is null) return;
        try
        {
            await redis.GetDatabase().StringSetAsync(KeyOf(answer.ContentHash), JsonSerializer.Serialize(answer, SentinelJson.Options), Kept);
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            LogNotStored(ex);
        }
    }

    public void Dispose() => _memory.Dispose();

    private void Remember(string contentHash, ExplanationResponse answer) =>
        _memory.Set(contentHash, answer, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept });

    private static RedisKey KeyOf(string contentHash) => $"sentinel:ai:explanation:{contentHash}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "A cached explanation could not be read; the model is asked again")]
    private partial void LogNotRead(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An explanation could not be cached in Redis; this process remembers it")]
    private partial void LogNotStored(Exception exception);

    private sealed class Clock(TimeProvider time) : Microsoft.Extensions.Internal.ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
