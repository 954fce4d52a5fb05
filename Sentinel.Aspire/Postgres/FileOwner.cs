using System.Runtime.InteropServices;
using Aspire.Hosting;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Postgres;

/// <summary>Gives a file to another user, which only root can.</summary>
internal static partial class FileOwner
{
    public static void Change(string path, UnixUser user)
    {
        if (ChangeOwner(path, user.Uid, user.Gid) != 0)
            throw new DistributedApplicationException($"{path} cannot be given to the user '{user.Name}' (error {Marshal.GetLastPInvokeError()}).");
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int owner, int group);
}
