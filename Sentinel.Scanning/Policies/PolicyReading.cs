using System.Collections.Frozen;

namespace Sentinel.Scanning.Policies;

/// <summary>What reading a policy file gave.</summary>
public sealed record PolicyReading
{
    /// <summary>There is no file: <see cref="RepositoryPolicy.Default"/>, without errors.</summary>
    public static PolicyReading None { get; } = new() { Policy = RepositoryPolicy.Default, Path = null };

    /// <summary>What holds: the file's policy, or <see cref="RepositoryPolicy.Default"/> when it has errors. A part of a file is never applied.</summary>
    public required RepositoryPolicy Policy { get; init; }

    /// <summary>Path of the file from the root of the repository; null when there is none.</summary>
    public required string? Path { get; init; }

    /// <summary>In the order of the file; empty when it is sound.</summary>
    public IReadOnlyList<PolicyError> Errors { get; init; } = [];

    /// <summary>Where each key stands, by a path such as <c>gate.severity</c> or <c>paths.exclude[2]</c>.</summary>
    public IReadOnlyDictionary<string, Region> Places { get; init; } = FrozenDictionary<string, Region>.Empty;

    /// <summary>The place of a key, else of what encloses it, else the beginning of the file.</summary>
    public Region PlaceOf(string key)
    {
        for (var at = key; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            if (Places.TryGetValue(at, out var region)) return region;
        }
        return new Region(1, 1, 1, 1);
    }
}
