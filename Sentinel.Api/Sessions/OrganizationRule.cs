using Sentinel.GitHub;
using Sentinel.GitHub.Errors;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Api.Sessions;

/// <summary>Who may sign in: members of the organisations in <c>GITHUB_ALLOWED_ORGS</c>, or everybody when it is not set.</summary>
internal sealed partial class OrganizationRule(IConfiguration configuration, ILogger<OrganizationRule> logger)
{
    private readonly string[] _allowed =
        (configuration[ConfigurationKeys.GitHubAllowedOrgs] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asks GitHub, as the person. An invitation that was not accepted is no membership.</summary>
    /// <exception cref="GitHubException">GitHub did not say.</exception>
    /// <remarks>https://docs.github.com/en/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user</remarks>
    public async Task<bool> AllowsAsync(GitHubConnection asPerson, CancellationToken cancellationToken)
    {
        if (_allowed.Length == 0) return true;
        foreach (var organization in _allowed)
        {
            if (await IsMemberAsync(asPerson, organization, cancellationToken)) return true;
        }

        return false;
    }

    /// <summary>Whether the person is an owner of the organisation, which GitHub calls the role <c>admin</c>.</summary>
    /// <inheritdoc cref="AllowsAsync"/>
    public async Task<bool> IsOwnerAsync(GitHubConnection asPerson, string organization, CancellationToken cancellationToken) =>
        await FindAsync(asPerson, organization, cancellationToken) is { State: "active", Role: "admin" };

    private async Task<bool> IsMemberAsync(GitHubConnection asPerson, string organization, CancellationToken cancellationToken) =>
        await FindAsync(asPerson, organization, cancellationToken) is { State: "active" };

    private async Task<Membership?> FindAsync(GitHubConnection asPerson, string organization, CancellationToken cancellationToken)
    {
        try
        {
            return await asPerson.GetAsync<Membership>($"user/memberships/orgs/{Uri.EscapeDataString(organization)}", cancellationToken);
        }
        catch (GitHubNotFoundException)
        {
            return null;
        }
        catch (GitHubForbiddenException ex)
        {
            // Also what people get whose organisation did not give the App the permission to read its members.
            LogForbidden(organization, ex.MissingPermission);
            return null;
        }
    }

    private sealed record Membership(string State, string Role);

    [LoggerMessage(Level = LogLevel.Warning, Message = "GitHub does not say who belongs to {Organization}: the App needs to be installed there with the organisation permission Members: read (missing: {Permission})")]
    private partial void LogForbidden(string organization, string? permission);
}
