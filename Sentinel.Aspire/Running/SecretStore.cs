using System.Text;

namespace Sentinel.Aspire.Running;

/// <summary>Secrets made on the first start and kept for the next ones: one file each, readable by its owner alone.</summary>
internal sealed class SecretStore(string directory)
{
    private readonly Lock _gate = new();

    /// <summary>The names of secrets this run created; they are shown to the person once.</summary>
    public List<string> Created { get; } = [];

    public string GetOrCreate(string name, Func<string> create)
    {
        lock (_gate)
        {
            var path = Path.Combine(directory, name);
            if (File.Exists(path)) return File.ReadAllText(path).TrimEnd('\n');

            var value = create();
            PrivateFiles.CreateDirectory(directory, reachable: false);
            PrivateFiles.Write(path, value + "\n");
            Created.Add(name);
            return value;
        }
    }
}

/// <summary>Files and directories with the narrowest mode from the moment they exist.</summary>
internal static class PrivateFiles
{
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <param name="path">The directory.</param>
    /// <param name="reachable">Whether other users may pass through it (not list it), as PostgreSQL's user must when we are root.</param>
    public static void CreateDirectory(string path, bool reachable)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, reachable ? Owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Owner);
    }
}
