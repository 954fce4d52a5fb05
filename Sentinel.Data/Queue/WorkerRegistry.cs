using System.Text.Json;
using Sentinel.Contracts;
using Sentinel.Contracts.Operations;
using StackExchange.Redis;

namespace Sentinel.Data.Queue;

/// <inheritdoc cref="IWorkerRegistry"/>
internal sealed class WorkerRegistry(IConnectionMultiplexer redis, TimeProvider time) : IWorkerRegistry
{
    private static readonly RedisKey Workers = "{sentinel:scans}:workers";
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    public async Task HeartbeatAsync(WorkerSnapshot worker, CancellationToken cancellationToken)
    {
        try
        {
            var database = redis.GetDatabase();
            await database.HashSetAsync(Workers, worker.Id, JsonSerializer.SerializeToUtf8Bytes(worker, SentinelJson.Options));
            foreach (var (id, _) in (await ReadAsync(database)).Where(w => !IsAlive(w.Snapshot))) await database.HashDeleteAsync(Workers, id);
        }
        catch (Exception ex) when (ScanQueue.IsRedisFault(ex))
        {
            // The next heartbeat tells it; Redis' own health check reports the fault.
        }
    }

    public async Task<IReadOnlyList<WorkerSnapshot>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await ReadAsync(redis.GetDatabase())).Select(w => w.Snapshot).OfType<WorkerSnapshot>().Where(IsAlive).OrderBy(w => w.Id, StringComparer.Ordinal)];
        }
        catch (Exception ex) when (ScanQueue.IsRedisFault(ex))
        {
            return [];
        }
    }

    private bool IsAlive(WorkerSnapshot? worker) => worker is not null && time.GetUtcNow() - worker.LastSeenAt < Forgotten;

    private static async Task<IEnumerable<(RedisValue Id, WorkerSnapshot? Snapshot)>> ReadAsync(IDatabase database) =>
        (await database.HashGetAllAsync(Workers)).Select(e => (e.Name, JsonSerializer.Deserialize<WorkerSnapshot>((byte[])e.Value!, SentinelJson.Options)));
}
