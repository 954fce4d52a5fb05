using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.ApplicationModel;

public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>The last lines each resource wrote, and the ones it writes while someone watches.</summary>
public class ResourceLoggerService : IDisposable
{
    private const int Kept = 10_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Backlog> _backlogs = new(StringComparer.OrdinalIgnoreCase);

    public ResourceLoggerService()
    {
    }

    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Watch(resourceName);

    /// <summary>What is kept now, of the resource and its replicas.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName)
    {
        lock (_gate)
        {
            LogLine[] lines = [.. _backlogs.Where(b => Belongs(b.Key, resourceName)).SelectMany(b => b.Value.Lines)];
            return new[] { (IReadOnlyList<LogLine>)lines }.ToAsyncEnumerable();
        }
    }

    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource) => GetAllAsync(resource.Name);

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var watcher in _backlogs.Values.SelectMany(b => b.Watchers)) watcher.Writer.TryComplete();
        }

        GC.SuppressFinalize(this);
    }

    internal void Append(string id, string line, bool isErrorMessage)
    {
        lock (_gate)
        {
            var backlog = Find(id);
            var entry = new LogLine(++backlog.Count, line, isErrorMessage);
            backlog.Lines.Enqueue(entry);
            if (backlog.Lines.Count > Kept) backlog.Lines.Dequeue();
            foreach (var watcher in backlog.Watchers) watcher.Writer.TryWrite(entry);
        }
    }

    // A replica's lines are found under its own id ("worker-1") and under the name of the resource.
    private static bool Belongs(string id, string name) =>
        string.Equals(id, name, StringComparison.OrdinalIgnoreCase)
        || (id.StartsWith(name + "-", StringComparison.OrdinalIgnoreCase) && int.TryParse(id.AsSpan(name.Length + 1), out _));

    private async IAsyncEnumerable<IReadOnlyList<LogLine>> Watch(string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<LogLine>();
        lock (_gate)
        {
            Find(name);
            foreach (var backlog in _backlogs.Where(b => Belongs(b.Key, name)).Select(b => b.Value))
            {
                foreach (var line in backlog.Lines) channel.Writer.TryWrite(line);
                backlog.Watchers.Add(channel);
            }
        }

        try
        {
            await foreach (var line in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return [line];
        }
        finally
        {
            lock (_gate)
            {
                foreach (var backlog in _backlogs.Values) backlog.Watchers.Remove(channel);
            }
        }
    }

    private Backlog Find(string id)
    {
        if (!_backlogs.TryGetValue(id, out var backlog)) _backlogs[id] = backlog = new Backlog();
        return backlog;
    }

    private sealed class Backlog
    {
        public int Count { get; set; }

        public Queue<LogLine> Lines { get; } = new();

        public List<Channel<LogLine>> Watchers { get; } = [];
    }
}
