namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A person, an organization or an App's bot.</summary>
/// <param name="Type">User, Organization or Bot.</param>
internal sealed record FakeAccount(long Id, string Login, string Type)
{
    public string? Name { get; set; }

    public string? Email { get; set; }

    /// <summary>Of an organization: logins and whether they own it.</summary>
    public Dictionary<string, bool> Members { get; } = new(StringComparer.OrdinalIgnoreCase);
}
