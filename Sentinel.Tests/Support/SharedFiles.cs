namespace Sentinel.Tests.Support;

/// <summary>Finds the reference data that may stand beside the repository; tests that need it are skipped where it is absent.</summary>
internal static class SharedFiles
{
    /// <summary>The repository's root folder.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Full path of a file or folder of the shared data, or a skipped test.</summary>
    public static string Require(params string[] parts)
    {
        var found = Roots().Select(root => Path.Combine([root, .. parts])).FirstOrDefault(Path.Exists);
        if (found is null) Assert.Skip($"The shared reference data ../shared/{string.Join('/', parts)} is not on this machine.");
        return found!;
    }

    // A worktree does not stand beside the shared folder, so the place can also be named.
    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("SENTINEL_SHARED_DIR") is { Length: > 0 } named) yield return named;
        yield return Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared"));
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sentinel.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Sentinel.sln was not found above the test assembly.");
    }
}
