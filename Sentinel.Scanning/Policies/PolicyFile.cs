namespace Sentinel.Scanning.Policies;

/// <summary>Where a repository keeps its policy.</summary>
public static class PolicyFile
{
    /// <summary>The file, in the root of the repository.</summary>
    public const string Name = ".sentinel.yml";

    /// <summary>Its other spelling, which is read when there is no <see cref="Name"/>.</summary>
    public const string OtherName = ".sentinel.yaml";

    /// <summary>Largest file that is read, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Both names, the first one first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Name, OtherName];
}
