using System.Net.Http.Headers;

namespace Sentinel.GitHub.Http;

/// <summary>An answer that may still hold.</summary>
/// <param name="Headers">The answer's headers, with those of its content.</param>
internal sealed record CachedAnswer(EntityTagHeaderValue Tag, byte[] Body, IReadOnlyList<KeyValuePair<string, string[]>> Headers);

/// <summary>The answers that were used last, up to a number of bytes. Each belongs to one caller: what one may see another may not.</summary>
/// <param name="maxBytes">Bytes of bodies and keys.</param>
internal sealed class EntityTagCache(long maxBytes)
{
    private const int Overhead = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, CachedAnswer Answer)>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, CachedAnswer Answer)> _byUse = new();
    private long _bytes;

    public CachedAnswer? Find(string key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node)) return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Answer;
        }
    }

    /// <summary>Keeps an answer; one that would take more than a quarter of the cache is not worth the others.</summary>
    public void Store(string key, CachedAnswer answer)
    {
        lock (_lock)
        {
            Remove(key);
            if (SizeOf(key, answer) > maxBytes / 4) return;
            _entries[key] = _byUse.AddFirst((key, answer));
            _bytes += SizeOf(key, answer);
            while (_bytes > maxBytes) Remove(_byUse.Last!.Value.Key);
        }
    }

    private void Remove(string key)
    {
        if (!_entries.Remove(key, out var node)) return;
        _byUse.Remove(node);
        _bytes -= SizeOf(key, node.Value.Answer);
    }

    private static long SizeOf(string key, CachedAnswer answer) => Overhead + (2 * key.Length) + answer.Body.Length;
}
