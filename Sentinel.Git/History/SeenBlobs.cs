using System.Runtime.InteropServices;

namespace Sentinel.Git.History;

/// <summary>The contents that were listed already: 40 bytes each instead of a string's 150.</summary>
internal sealed class SeenBlobs
{
    private readonly HashSet<Key> _seen = [];
    private readonly Dictionary<string, int> _classes = new(StringComparer.Ordinal);

    public int Count => _seen.Count;

    /// <summary>False when the content was there already with this class.</summary>
    public bool Add(string blobId, string pathClass)
    {
        Span<byte> hash = stackalloc byte[32];
        hash.Clear();
        Convert.FromHexString(blobId, hash, out _, out _);
        var parts = MemoryMarshal.Cast<byte, ulong>(hash);
        if (!_classes.TryGetValue(pathClass, out var number)) _classes[pathClass] = number = _classes.Count;
        return _seen.Add(new Key(parts[0], parts[1], parts[2], parts[3], number));
    }

    private readonly record struct Key(ulong A, ulong B, ulong C, ulong D, int Class);
}
