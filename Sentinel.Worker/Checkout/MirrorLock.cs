using Sentinel.Git;

namespace Sentinel.Worker.Checkout;

/// <summary>Keeps the workers of one machine from writing one mirror at once. The operating system releases it when a worker dies.</summary>
internal static class MirrorLock
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);

    public static async Task<FileStream> TakeAsync(string folder, TimeSpan limit, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(folder + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < limit)
            {
                await Task.Delay(Retry, cancellationToken);
            }
            catch (IOException)
            {
                throw new GitException("timeout", "Another worker kept this repository's cache locked.", transient: true);
            }
        }
    }
}
