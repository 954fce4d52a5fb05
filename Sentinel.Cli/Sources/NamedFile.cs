namespace Sentinel.Cli.Sources;

/// <summary>A file that a person names to be scanned.</summary>
internal static class NamedFile
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>A pipe and a device have no length: listed as files they would count as empty, and what is empty is clean.</summary>
    /// <exception cref="CliException">It is one.</exception>
    public static async Task RequireLengthAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            // What a file is can only be asked of an open one, and opening a pipe into which nobody writes has no end.
            if (await Task.Run(() => HasLength(path), cancellationToken).WaitAsync(MaxWait, cancellationToken)) return;
        }
        catch (TimeoutException)
        {
            // Said below.
        }
        throw new CliException($"{path}: this is a pipe or a device and no file: scan what comes out of it with --stdin.");
    }

    private static bool HasLength(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return file.CanSeek && (file.Length > 0 || file.ReadByte() < 0);
    }
}
