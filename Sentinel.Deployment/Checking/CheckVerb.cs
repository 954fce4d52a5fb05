using Sentinel.Deployment.Publishing;

namespace Sentinel.Deployment.Checking;

/// <summary><c>deploy-check PATH…</c>: reads files and folders, checks them, prints what is wrong.</summary>
internal static class CheckVerb
{
    /// <summary>Nothing is wrong, or nothing but warnings.</summary>
    public const int Clean = 0;

    /// <summary>At least one error.</summary>
    public const int Broken = 1;

    /// <summary>It could not be checked.</summary>
    public const int Unreadable = 2;

    private const int MostFiles = 10_000;

    // Not what anybody deploys, and large.
    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal) { ".git", "node_modules", "bin", "obj", ".vs", ".idea" };

    public static int Run(IReadOnlyList<string> paths, string? exemptionsPath, string? sarifPath, DateOnly today, TextWriter output, TextWriter error)
    {
        var faults = new List<string>();
        var files = Read(paths, faults);
        var exemptions = Exemptions.None;
        try
        {
            var file = exemptionsPath ?? paths.Select(p => Path.Combine(p, Exemptions.FileName)).FirstOrDefault(File.Exists);
            if (file is not null) exemptions = Exemptions.Parse(file, File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            faults.Add(fault.Message);
        }
        faults.AddRange(files.Where(f => f.Fault is not null).Select(f => $"{f.Path}: {f.Fault}"));
        foreach (var fault in faults) error.WriteLine(fault);

        var findings = Checker.Check(files, exemptions, today);
        output.Write(CheckReport.Text(findings, files.Count(f => f.Kind != FileKind.Other)));
        foreach (var unused in exemptions.Unused) output.WriteLine($"note: {unused}");
        if (sarifPath is not null) File.WriteAllText(sarifPath, CheckReport.Sarif(findings, DeploymentSteps.Version));
        return faults.Count > 0 ? Unreadable : CheckReport.Count(findings, CheckLevel.Error) > 0 ? Broken : Clean;
    }

    public static int Explain(string id, TextWriter output, TextWriter error)
    {
        if (CheckReport.Explain(id) is { } text)
        {
            output.Write(text);
            return Clean;
        }
        error.WriteLine($"There is no rule '{id}'. There are: {string.Join(", ", Checker.Rules.Select(r => r.Id))}.");
        return Unreadable;
    }

    /// <summary>Files that may be checked, without following links; too many or too large ones are faults.</summary>
    public static IReadOnlyList<CheckedFile> Read(IReadOnlyList<string> paths, List<string> faults)
    {
        var files = new List<CheckedFile>();
        foreach (var path in paths)
        {
            if (File.Exists(path)) Add(path, path);
            else if (Directory.Exists(path)) Walk(path);
            else faults.Add($"{path}: there is no such file or folder.");
        }
        return files;

        void Walk(string folder)
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
            {
                if (entry.LinkTarget is not null) continue;
                var path = Path.Combine(folder, entry.Name);
                if (entry is DirectoryInfo) { if (!Skipped.Contains(entry.Name)) Walk(path); }
                else Add(path, path);
            }
        }

        void Add(string path, string shown)
        {
            if (Path.GetFileName(path) == Exemptions.FileName) return;
            if (files.Count >= MostFiles)
            {
                if (files.Count == MostFiles) faults.Add($"{path}: there are more than {MostFiles} files; give fewer folders.");
                return;
            }
            var length = new FileInfo(path).Length;
            if (length > CheckedFile.MaxBytes)
            {
                if (Path.GetExtension(path) is ".yaml" or ".yml") faults.Add($"{path}: it is larger than {CheckedFile.MaxBytes} bytes.");
                return;
            }
            try
            {
                files.Add(CheckedFile.Parse(shown, File.ReadAllText(path)));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                faults.Add($"{path}: {fault.Message}");
            }
        }
    }
}
