using Sentinel.Scanning.Policies;

namespace Sentinel.Cli;

/// <summary>Policy files on disk. Whoever wrote the scanned code wrote them, so no link is followed and what is read is bounded.</summary>
internal static class FolderPolicy
{
    /// <summary>The policy of a folder; <see cref="PolicyReading.None"/> when it has no file. Nothing that reads YAML is loaded then.</summary>
    public static PolicyReading Read(string folder)
    {
        var found = PolicyFile.Names.Where(name => Path.Exists(Path.Combine(folder, name)) || new FileInfo(Path.Combine(folder, name)).LinkTarget is not null).ToArray();
        return found switch
        {
            [] => PolicyReading.None,
            [var name] => Read(Path.Combine(folder, name), name),
            _ => PolicyReader.Both(),
        };
    }

    /// <summary>A file that a person names.</summary>
    /// <exception cref="CliException">There is no such file.</exception>
    public static PolicyReading ReadFile(string file) =>
        File.Exists(file) ? Read(Path.GetFullPath(file), file, isNamed: true) : throw new CliException($"{file}: there is no such file.");

    /// <summary>The errors of a file, each on a line.</summary>
    public static string Describe(PolicyReading reading) => string.Join('\n', reading.Errors.Select(e => $"{reading.Path}:{e}"));

    /// <summary>The day in UTC.</summary>
    public static DateOnly Today() => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private static PolicyReading Read(string file, string name, bool isNamed = false)
    {
        if (!isNamed && new FileInfo(file).LinkTarget is not null) return PolicyReader.Link(name);
        if (Directory.Exists(file)) return PolicyReader.Refused(name, "This is a folder.", "Put the policy there, or take it away.");
        // A pipe has no length, and opening it could wait for ever; one that a person names has something to say.
        if (!isNamed && new FileInfo(file).Length == 0) return PolicyReader.Read(name, []);

        using var input = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var content = new byte[PolicyFile.MaxBytes + 1];
        var length = input.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return length > PolicyFile.MaxBytes ? PolicyReader.TooLarge(name, Math.Max(length, input.CanSeek ? input.Length : 0)) : PolicyReader.Read(name, content.AsSpan(0, length));
    }
}
