using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sentinel.Contracts;
using Sentinel.Contracts.Live;
using Sentinel.Contracts.Scans;
using StackExchange.Redis;

namespace Sentinel.Data.Queue;

/// <inheritdoc cref="IScanProgressBus"/>
internal sealed partial class ScanProgressBus(IConnectionMultiplexer redis, ILogger<ScanProgressBus> logger) : IScanProgressBus
{
    private static readonly RedisChannel Events = RedisChannel.Literal("{sentinel:scans}:events");

    public async Task PublishAsync(ScanProgress progress, CancellationToken cancellationToken)
    {
        var finished = progress.Status is not (ScanStatus.Queued or ScanStatus.Running);
        var liveEvent = new LiveEvent(finished ? "scan.finished" : "scan.progress", progress.At, progress.RepositoryId, progress.ScanId, null, progress);
        await PublishAsync(Of(progress.ScanId), progress);
        await PublishAsync(Events, liveEvent);
    }

    public Task PublishAsync(LiveEvent liveEvent, CancellationToken cancellationToken) => PublishAsync(Events, liveEvent);

    public IAsyncEnumerable<ScanProgress> SubscribeAsync(Guid scanId, CancellationToken cancellationToken) =>
        ReadAsync<ScanProgress>(Of(scanId), cancellationToken);

    public IAsyncEnumerable<LiveEvent> SubscribeAllAsync(CancellationToken cancellationToken) => ReadAsync<LiveEvent>(Events, cancellationToken);

    private static RedisChannel Of(Guid scanId) => RedisChannel.Literal($"{{sentinel:scans}}:progress:{scanId:N}");

    private async Task PublishAsync<T>(RedisChannel channel, T message)
    {
        try
        {
            await redis.GetSubscriber().PublishAsync(channel, JsonSerializer.SerializeToUtf8Bytes(message, SentinelJson.Options));
        }
        catch (Exception ex) when (ScanQueue.IsRedisFault(ex))
        {
            LogNotPublished(ex);
        }
    }

    private async IAsyncEnumerable<T> ReadAsync<T>(RedisChannel channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A slow reader loses old steps, never new ones.
        var messages = Channel.CreateBounded<T>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
        // Through the client's message queue: plain handlers run side by side, and a step would overtake the one before it.
        var queue = await redis.GetSubscriber().SubscribeAsync(channel);
        queue.OnMessage(received =>
        {
            if (JsonSerializer.Deserialize<T>((byte[])received.Message!, SentinelJson.Options) is { } message) messages.Writer.TryWrite(message);
        });
        try
        {
            await foreach (var message in messages.Reader.ReadAllAsync(cancellationToken)) yield return message;
        }
        finally
        {
            await queue.UnsubscribeAsync(CommandFlags.FireAndForget);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A progress message was not published")]
    private partial void LogNotPublished(Exception exception);
}
