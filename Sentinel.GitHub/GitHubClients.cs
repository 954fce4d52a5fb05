using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Sentinel.GitHub.App;
using Sentinel.GitHub.Http;
using Sentinel.GitHub.Installations;

namespace Sentinel.GitHub;

/// <summary>Connections to GitHub, by who asks. Register with <see cref="GitHubFeature.AddGitHub"/>.</summary>
public sealed class GitHubClients
{
    private readonly GitHubTransport _transport;
    private readonly IGitHubAppSource _source;
    private readonly InstallationTokens _tokens;

    internal GitHubClients(GitHubTransport transport, IGitHubAppSource source, AppTokens appTokens)
    {
        (_transport, _source) = (transport, source);
        App = new GitHubConnection(new GitHubCaller.App(appTokens), transport);
        Anonymous = new GitHubConnection(new GitHubCaller.Anonymous(), transport);
        _tokens = new InstallationTokens(CreateTokenAsync, transport.Time);
    }

    /// <summary>As the App itself: its installations and its webhook deliveries.</summary>
    public GitHubConnection App { get; }

    /// <summary>As nobody: what makes an App of a manifest's code.</summary>
    public GitHubConnection Anonymous { get; }

    /// <summary>Whether there is an App.</summary>
    public async ValueTask<bool> HasAppAsync(CancellationToken cancellationToken) => await _source.FindAsync(cancellationToken) is not null;

    /// <summary>The App's numeric id; null when there is none.</summary>
    public async ValueTask<long?> AppIdAsync(CancellationToken cancellationToken) => (await _source.FindAsync(cancellationToken))?.AppId;

    /// <summary>As the App where it is installed. Connections are cheap; those of one installation share its limits, tokens and known answers.</summary>
    /// <param name="scope">What the token may do; null for everything the installation was given.</param>
    public GitHubConnection ForInstallation(long installationId, InstallationScope? scope = null) =>
        new(new GitHubCaller.Installation(installationId, scope ?? InstallationScope.Everything, _tokens), _transport);

    /// <summary>As a person who signed in.</summary>
    /// <param name="accessToken">Secret; kept by the connection alone.</param>
    public GitHubConnection ForUser(string accessToken) => new(new GitHubCaller.User(accessToken), _transport);

    /// <summary>A token for what is no HTTP request of ours: git.</summary>
    /// <exception cref="Errors.GitHubException">GitHub hands none out.</exception>
    public ValueTask<InstallationToken> TokenAsync(long installationId, InstallationScope scope, CancellationToken cancellationToken) =>
        _tokens.GetAsync(installationId, scope, cancellationToken);

    /// <summary>Forgets a token that GitHub refused elsewhere, so that the next is a fresh one.</summary>
    public void Drop(InstallationToken token) => _tokens.Drop(token.Reveal());

    // A token that is made twice harms nobody: the first one ends by itself.
    private async Task<InstallationToken> CreateTokenAsync(long installationId, InstallationScope scope, CancellationToken cancellationToken)
    {
        var answer = await App.SendAsync<TokenAnswer>(
            HttpMethod.Post, $"app/installations/{installationId}/access_tokens", scope.ToBody(), cancellationToken, isRepeatable: true);
        return new InstallationToken(answer.Token, answer.ExpiresAt);
    }

    // A record would print the token.
    private sealed class TokenAnswer
    {
        public required string Token { get; init; }

        public required DateTimeOffset ExpiresAt { get; init; }
    }
}
