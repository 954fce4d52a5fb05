namespace Sentinel.GitHub.Installations;

/// <summary>A token that acts for an installation, valid for an hour at most. Printing it shows a mask.</summary>
/// <remarks>https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app</remarks>
public sealed class InstallationToken(string value, DateTimeOffset expiresAt)
{
    /// <summary>By GitHub's clock.</summary>
    public DateTimeOffset ExpiresAt { get; } = expiresAt;

    /// <summary>The secret itself: a method, so that neither a serializer nor a destructuring logger takes it for data.</summary>
    public string Reveal() => value;

    /// <inheritdoc/>
    public override string ToString() => "***";
}
