using System.Text;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;

namespace Sentinel.Deployment.Publishing;

/// <summary>
/// The folder that deployments are written to. Each target owns the folder of its name: what is there and was neither generated nor is
/// the operator's own (secrets, .env) belongs to somebody else, and is neither overwritten nor removed.
/// </summary>
internal sealed class OutputFolder(string root)
{
    // Lists what was generated, so that a file that is no longer generated can be told from one that somebody else put there.
    private const string Index = ".generated";

    /// <summary>Writes the files and removes what was generated before and is no more. Nothing is touched unless everything can be.</summary>
    /// <exception cref="DeploymentFaultException">With each foreign file.</exception>
    public void Write(IReadOnlyList<GeneratedFile> files)
    {
        var full = Full(files);
        var foreign = Foreign(full);
        if (foreign.Count > 0)
            throw new DeploymentFaultException([.. foreign.Select(f => $"{Path.Combine(root, f)} was not generated, and is in the folder of a target. Move it elsewhere, or give another --output.")]);

        var stage = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(root))!, $".{Path.GetFileName(Path.GetFullPath(root))}-{Guid.NewGuid():N}");
        try
        {
            foreach (var file in full) WriteFile(Path.Combine(stage, file.Path), file);
            foreach (var stale in Stale(full)) File.Delete(Path.Combine(root, stale));
            foreach (var file in full)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, file.Path))!);
                File.Move(Path.Combine(stage, file.Path), Path.Combine(root, file.Path), overwrite: true);
            }
            foreach (var folder in Targets(full)) RemoveEmpty(Path.Combine(root, folder));
        }
        finally
        {
            if (Directory.Exists(stage)) Directory.Delete(stage, recursive: true);
        }
    }

    /// <summary>What differs from the files; empty when nothing does.</summary>
    public IReadOnlyList<string> Differences(IReadOnlyList<GeneratedFile> files)
    {
        var full = Full(files);
        return
        [
            .. full.SelectMany(f => TextDifference.Lines(f.Path, Read(f.Path), f.Text)),
            .. Stale(full).Select(s => $"{s}: is no longer generated"),
            .. Foreign(full).Select(f => $"{f}: is not generated"),
        ];
    }

    private string? Read(string path) => File.Exists(Path.Combine(root, path)) ? File.ReadAllText(Path.Combine(root, path)).ReplaceLineEndings("\n") : null;

    // The index of each target goes with its files.
    private static List<GeneratedFile> Full(IReadOnlyList<GeneratedFile> files) =>
        [.. files, .. files.GroupBy(f => f.Path.Split('/')[0]).Select(g => new GeneratedFile($"{g.Key}/{Index}", string.Concat(g.Select(f => f.Path[(g.Key.Length + 1)..] + "\n").Order(StringComparer.Ordinal))))];

    private List<string> Foreign(List<GeneratedFile> files) =>
        [.. Present(files).Where(p => !IsOperators(p)).Except(files.Select(f => f.Path)).Except(Before(files)).Order(StringComparer.Ordinal)];

    private List<string> Stale(List<GeneratedFile> files) =>
        [.. Before(files).Except(files.Select(f => f.Path)).Where(p => File.Exists(Path.Combine(root, p))).Order(StringComparer.Ordinal)];

    private IEnumerable<string> Present(List<GeneratedFile> files) =>
        Targets(files).Select(t => Path.Combine(root, t)).Where(Directory.Exists)
            .SelectMany(t => Directory.EnumerateFiles(t, "*", SearchOption.AllDirectories)).Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'));

    private IEnumerable<string> Before(List<GeneratedFile> files) =>
        Targets(files).SelectMany(t => (Read($"{t}/{Index}") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"{t}/{line}"))
            .Where(p => !p.Split('/').Contains(".."));

    private static IEnumerable<string> Targets(List<GeneratedFile> files) => files.Select(f => f.Path.Split('/')[0]).Distinct(StringComparer.Ordinal);

    // Made from the generated files by whoever deploys; never committed.
    private static bool IsOperators(string path) => path.Split('/') is [_, ".env"] or [_, "secrets", ..] || path.EndsWith(".local", StringComparison.Ordinal);

    private static void WriteFile(string path, GeneratedFile file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, file.Text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        if (file.Executable && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    private static void RemoveEmpty(string folder)
    {
        foreach (var child in Directory.GetDirectories(folder)) RemoveEmpty(child);
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
