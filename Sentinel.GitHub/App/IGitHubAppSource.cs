namespace Sentinel.GitHub.App;

/// <summary>Where the App's credentials come from: the configuration, or what GitHub handed out when the App was made from a manifest.</summary>
public interface IGitHubAppSource
{
    /// <summary>The credentials as they are now; asked before each signature, so that new ones count at once.</summary>
    /// <returns>Null while there is no App: Sentinel then reads public repositories and writes nothing.</returns>
    ValueTask<GitHubAppCredentials?> FindAsync(CancellationToken cancellationToken);
}
