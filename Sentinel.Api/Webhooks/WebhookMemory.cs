namespace Sentinel.Api.Webhooks;

/// <summary>
/// Bounds the memory that bodies under way may hold together: strangers can open many connections, and each may send
/// 25 MiB before its signature can be checked.
/// </summary>
internal sealed class WebhookMemory
{
    /// <summary>512 MiB: twenty of the largest bodies, or tens of thousands of ordinary ones.</summary>
    public const long MaxBytes = 512L * 1024 * 1024;

    private long used;

    /// <summary>Bytes held now.</summary>
    public long Used => Interlocked.Read(ref used);

    /// <summary>A share of the memory, or null when it is all taken.</summary>
    public Lease? Rent(int bytes) => TryTake(bytes) ? new Lease(this, bytes) : null;

    private bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref used, bytes) <= MaxBytes) return true;
        Interlocked.Add(ref used, -bytes);
        return false;
    }

    internal sealed class Lease(WebhookMemory memory, int bytes) : IDisposable
    {
        private int held = bytes;

        public bool Grow(int total)
        {
            if (!memory.TryTake(total - held)) return false;
            held = total;
            return true;
        }

        public void Dispose() => Interlocked.Add(ref memory.used, -Interlocked.Exchange(ref held, 0));
    }
}
