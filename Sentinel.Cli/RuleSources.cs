using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Secrets.Gitleaks;

namespace Sentinel.Cli;

/// <summary>Where the rules for secrets come from, beside those that come with Sentinel.</summary>
/// <param name="Folder">A folder of rule files; null for none.</param>
/// <param name="GitleaksConfig">A configuration of gitleaks that takes the place of Sentinel's rules for secrets; null for none.</param>
internal sealed record RuleSources(string? Folder, string? GitleaksConfig)
{
    private const int MaxFiles = 1000;
    private const long MaxBytes = 4 * 1024 * 1024;

    /// <summary>What errors put before the folder's name.</summary>
    public string FolderOption { get; init; } = "--rules ";

    /// <summary>The analyzers with these rules.</summary>
    /// <param name="notes">Gets what a configuration says that has no effect.</param>
    /// <exception cref="CliException">A file is missing, too large, or has faults.</exception>
    public IReadOnlyList<IFileAnalyzer> Load(List<string> notes)
    {
        return Folder is null && GitleaksConfig is null ? ScannerRegistration.Analyzers : ScannerRegistration.With(Secrets(notes));
    }

    /// <summary>The rules for secrets.</summary>
    /// <param name="notes">Gets what a configuration says that has no effect.</param>
    /// <exception cref="CliException">A file is missing, too large, or has faults.</exception>
    public SecretRuleSet Secrets(List<string> notes)
    {
        try
        {
            var set = SecretRuleSet.BuiltIn;
            if (GitleaksConfig is { } config) set = Sentinel.Scanning.Secrets.Gitleaks.GitleaksConfig.Read(config, Read(config), path => ReadExtended(config, path), notes);
            if (Folder is { } folder) set = set.With(FilesOf(folder));
            return set;
        }
        catch (SecretRuleException ex)
        {
            throw new CliException(ex.Message);
        }
    }

    private List<KeyValuePair<string, string>> FilesOf(string folder)
    {
        if (File.Exists(folder)) throw new CliException($"{FolderOption}{folder}: this is a file: name the folder in which it is.");
        if (!Directory.Exists(folder)) throw new CliException($"{FolderOption}{folder}: there is no such folder.");
        var files = Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".yaml" or ".yml").Order(StringComparer.Ordinal).Take(MaxFiles + 1).ToArray();
        if (files.Length == 0) throw new CliException($"{FolderOption}{folder}: there is no .yaml file in it.");
        if (files.Length > MaxFiles) throw new CliException($"{FolderOption}{folder}: more than {MaxFiles} files.");
        return [.. files.Select(f => KeyValuePair.Create(f, Read(f)))];
    }

    private static string? ReadExtended(string config, string path)
    {
        // gitleaks looks from where it is run; beside the configuration is where people expect it.
        foreach (var candidate in new[] { path, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(config))!, path) })
        {
            if (File.Exists(candidate)) return Read(candidate);
        }
        return null;
    }

    private static string Read(string file) => BoundedFile.ReadText(file, MaxBytes, file);
}
