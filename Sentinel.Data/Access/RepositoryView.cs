namespace Sentinel.Data.Access;

/// <summary>Which repositories, with everything that belongs to them, somebody may see.</summary>
public sealed class RepositoryView
{
    private readonly HashSet<Guid> _set;

    private RepositoryView(bool seesAll, IReadOnlyCollection<Guid> repositories)
    {
        SeesAll = seesAll;
        Repositories = [.. repositories];
        _set = [.. repositories];
    }

    /// <summary>Everything: administrators, and the system's own work.</summary>
    public static RepositoryView All { get; } = new(seesAll: true, []);

    /// <summary>No repository at all.</summary>
    public static RepositoryView Nothing { get; } = new(seesAll: false, []);

    /// <summary>Whether there is no limit; <see cref="Repositories"/> is empty then.</summary>
    public bool SeesAll { get; }

    /// <summary>Our ids of the repositories that may be seen, for queries; not to be changed.</summary>
#pragma warning disable CA1819 // Queries send it as it is, and a copy for each would cost what the array is for.
    public Guid[] Repositories { get; }
#pragma warning restore CA1819

    public static RepositoryView Of(IReadOnlyCollection<Guid> repositories) => repositories.Count == 0 ? Nothing : new RepositoryView(seesAll: false, repositories);

    public bool Includes(Guid repositoryId) => SeesAll || _set.Contains(repositoryId);
}
