namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>What a file's path says about what may be found in it.</summary>
internal sealed class FileContext
{
    // Files whose random values are hashes of packages, not secrets.
    private static readonly HashSet<string> LockFiles = new(StringComparer.OrdinalIgnoreCase)
    {
        "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "composer.lock", "Cargo.lock", "poetry.lock", "Pipfile.lock", "uv.lock",
        "go.sum", "go.mod", "Gemfile.lock", "packages.lock.json", "project.assets.json", "flake.lock", "gradle.lockfile", "bun.lock", "pubspec.lock", "mix.lock",
        "deno.lock", "pdm.lock", "Podfile.lock", "Package.resolved", "gradle-wrapper.properties", "verification-metadata.xml", ".terraform.lock.hcl",
    };

    private static readonly HashSet<string> SettingsExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".env", ".ini", ".properties", ".conf", ".cfg", ".config", ".cnf", ".yml", ".yaml", ".toml", ".tfvars", ".netrc", ".npmrc", ".pypirc", ".sh", ".bash", ".zsh", ".ps1", ".bat", ".cmd", ".txt", ".md", ".log", ".http", ".rst", "",
    };

    private static readonly HashSet<string> BundleExtensions = new(StringComparer.OrdinalIgnoreCase) { ".js", ".mjs", ".cjs", ".css", ".map", ".html", ".htm", ".svg", ".ipynb" };

    public FileContext(string path)
    {
        Path = path;
        Name = path[(path.LastIndexOf('/') + 1)..];
        IsLock = LockFiles.Contains(Name);
        var extension = System.IO.Path.GetExtension(Name);
        IsSettings = Name.StartsWith(".env", StringComparison.Ordinal) || SettingsExtensions.Contains(extension);
        IsBundle = BundleExtensions.Contains(extension);
        Class = IsLock ? "lock" : Name.StartsWith(".env", StringComparison.Ordinal) ? ".env" : extension.ToLowerInvariant();
    }

    public string Path { get; }

    public string Name { get; }

    /// <summary>On which the findings of the built-in rules depend.</summary>
    public string Class { get; }

    public bool IsLock { get; }

    /// <summary>Whether values stand without quotes, as in settings and shell scripts.</summary>
    public bool IsSettings { get; }

    /// <summary>Whether long lines are the work of a minifier or a generator.</summary>
    public bool IsBundle { get; }

    public bool AllowsGeneric => !IsLock;

    /// <summary>Whether a rule looks at the file at all.</summary>
    public bool Accepts(SecretRule rule) => !(IsLock && rule.IsValue) && (rule.PathRegex is not { } path || path.IsMatch(Path));
}
