using System.Globalization;
using Aspire.Hosting;

namespace Sentinel.Aspire.Running;

/// <summary>One running application per data directory. The system drops the lock with the process, however it ends.</summary>
internal sealed class InstanceLock : IDisposable
{
    private readonly FileStream _file;

    private InstanceLock(FileStream file) => _file = file;

    public static InstanceLock Acquire(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, "instance.lock");
        var pidPath = Path.Combine(dataDirectory, "instance.pid");
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            var pid = File.Exists(pidPath) ? File.ReadAllText(pidPath).Trim() : "unknown";
            throw new DistributedApplicationException(
                $"Sentinel is already running with the data in {dataDirectory} (process {pid}). Stop that one first, or start this one with another directory: SENTINEL_DATA_DIR=/some/where", e);
        }

        // The number stands in a file of its own: the locked one cannot be read by others on every system.
        File.WriteAllText(pidPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new InstanceLock(file);
    }

    public void Dispose() => _file.Dispose();
}
