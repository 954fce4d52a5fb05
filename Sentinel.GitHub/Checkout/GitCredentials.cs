using System.Text;
using Sentinel.GitHub.Installations;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.GitHub.Checkout;

/// <summary>Lets git read private repositories of GitHub.</summary>
public sealed class GitCredentials(GitHubClients clients, GitHubAddresses addresses)
{
    /// <summary>Whether an address lies at the configured GitHub: no other host is ever shown a token.</summary>
    public bool Covers(Uri cloneUrl) => cloneUrl.Scheme == addresses.Web.Scheme && cloneUrl.Authority == addresses.Web.Authority;

    /// <summary>A credential that reads one repository.</summary>
    /// <param name="cloneUrl">An address that <see cref="Covers"/> accepts.</param>
    /// <param name="repositoryId">GitHub's numeric id; null when it is not known.</param>
    /// <returns>Null when there is no App.</returns>
    /// <exception cref="Errors.GitHubException">GitHub hands no token out.</exception>
    public async Task<GitCredential?> FindAsync(long installationId, Uri cloneUrl, long? repositoryId, CancellationToken cancellationToken)
    {
        if (!Covers(cloneUrl)) throw new ArgumentException("The address lies on another host than GITHUB_URL.", nameof(cloneUrl));
        if (!await clients.HasAppAsync(cancellationToken)) return null;
        var token = await clients.TokenAsync(installationId, InstallationScope.ReadContents(repositoryId, NameOf(cloneUrl)), cancellationToken);
        return new GitCredential(addresses.Web, token);
    }

    /// <summary>Forgets a credential that git was refused with, so that the next is a fresh one.</summary>
    public void Drop(GitCredential credential) => clients.Drop(credential.Token);

    private static string NameOf(Uri cloneUrl)
    {
        var name = cloneUrl.AbsolutePath.TrimEnd('/').Split('/')[^1];
        return name.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
    }
}

/// <summary>A credential for git. Printing it shows a mask.</summary>
public sealed class GitCredential
{
    private readonly Uri _web;

    internal GitCredential(Uri web, InstallationToken token) => (_web, Token) = (web, token);

    internal InstallationToken Token { get; }

    /// <summary>
    /// The settings by which git sends it, to GitHub's host alone. They belong in the environment (<c>GIT_CONFIG_*</c>): arguments and
    /// addresses are read by others. A redirect is not followed: git would take the header along to wherever it leads.
    /// </summary>
    /// <remarks>
    /// https://git-scm.com/docs/git-config#Documentation/git-config.txt-httpextraHeader; user name
    /// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
    /// </remarks>
    public IReadOnlyList<(string Key, string Value)> Settings() =>
    [
        ($"http.{_web.GetLeftPart(UriPartial.Authority)}/.extraHeader", $"Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"x-access-token:{Token.Reveal()}"))}"),
        ("http.followRedirects", "false"),
    ];

    /// <inheritdoc/>
    public override string ToString() => "***";
}
