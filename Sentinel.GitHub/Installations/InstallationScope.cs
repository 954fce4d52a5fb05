using System.Globalization;

namespace Sentinel.GitHub.Installations;

/// <summary>What a token may be used for; less than the installation was given, never more.</summary>
public sealed class InstallationScope
{
    /// <summary>Everything the installation was given.</summary>
    public static InstallationScope Everything { get; } = new();

    /// <summary>Names without the owner; empty for all repositories.</summary>
    public IReadOnlyList<string> Repositories { get; init; } = [];

    /// <summary>GitHub's numeric ids, which survive renames; empty for all repositories.</summary>
    public IReadOnlyList<long> RepositoryIds { get; init; } = [];

    /// <summary>Such as <c>contents</c> = <c>read</c>; empty for all that were given.</summary>
    /// <remarks>https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps</remarks>
    public IReadOnlyDictionary<string, string> Permissions { get; init; } = new Dictionary<string, string>();

    /// <summary>Enough to fetch one repository with git.</summary>
    /// <param name="repositoryId">GitHub's numeric id; null to go by <paramref name="name"/>.</param>
    /// <param name="name">Without the owner.</param>
    public static InstallationScope ReadContents(long? repositoryId, string name) => new()
    {
        RepositoryIds = repositoryId is { } id ? [id] : [],
        Repositories = repositoryId is null ? [name] : [],
        Permissions = new Dictionary<string, string>(StringComparer.Ordinal) { ["contents"] = "read", ["metadata"] = "read" },
    };

    /// <summary>Equal for scopes that ask for the same.</summary>
    internal string Key => string.Join('|',
        string.Join(',', Repositories.Order(StringComparer.OrdinalIgnoreCase)).ToLowerInvariant(),
        string.Join(',', RepositoryIds.Order().Select(id => id.ToString(CultureInfo.InvariantCulture))),
        string.Join(',', Permissions.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")));

    /// <summary>The request's body; null when nothing is narrowed.</summary>
    internal Dictionary<string, object>? ToBody()
    {
        var body = new Dictionary<string, object>(StringComparer.Ordinal);
        if (Repositories.Count > 0) body["repositories"] = Repositories;
        if (RepositoryIds.Count > 0) body["repository_ids"] = RepositoryIds;
        if (Permissions.Count > 0) body["permissions"] = Permissions;
        return body.Count == 0 ? null : body;
    }
}
