namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>The App at an account.</summary>
internal sealed class FakeInstallation(long id, FakeAccount account, DateTimeOffset createdAt)
{
    public long Id { get; } = id;

    public FakeAccount Account { get; } = account;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>What was granted: permission to read or write.</summary>
    public Dictionary<string, string> Permissions { get; } = new(StringComparer.Ordinal)
    {
        ["checks"] = "write",
        ["contents"] = "read",
        ["issues"] = "write",
        ["metadata"] = "read",
        ["pull_requests"] = "write",
        ["security_events"] = "write",
        ["statuses"] = "write",
    };

    public List<string> Events { get; } = ["push", "pull_request", "check_run", "check_suite", "issue_comment", "pull_request_review_comment", "repository"];

    /// <summary>Ids of the selected repositories; null for all of the account.</summary>
    public HashSet<long>? Repositories { get; set; }

    public DateTimeOffset? SuspendedAt { get; set; }

    public bool Holds(FakeRepository repository) => repository.Owner.Login == Account.Login && Repositories?.Contains(repository.Id) != false;
}

/// <summary>An installation's token.</summary>
/// <param name="Repositories">Ids it was narrowed to; null for all of the installation.</param>
internal sealed record FakeInstallationToken(
    string Value, FakeInstallation Installation, IReadOnlyDictionary<string, string> Permissions, IReadOnlySet<long>? Repositories, DateTimeOffset ExpiresAt)
{
    public override string ToString() => $"token of installation {Installation.Id}";
}
