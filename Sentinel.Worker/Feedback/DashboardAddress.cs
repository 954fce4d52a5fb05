using Sentinel.GitHub;
using Sentinel.GitHub.Errors;

namespace Sentinel.Worker.Feedback;

/// <summary>
/// Where people reach the dashboard: the App's homepage, which both ways of making the App set to it
/// (<c>external_url</c> of https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app).
/// </summary>
internal sealed class DashboardAddress(GitHubClients clients, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private (string? Address, DateTimeOffset Until) _known;

    /// <summary>Without a slash at its end; null when the homepage is no address of a site's root.</summary>
    /// <exception cref="GitHubException">GitHub does not say.</exception>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (time.GetUtcNow() < _known.Until) return _known.Address;
            var app = await clients.App.GetAsync<OwnApp>("app", cancellationToken);
            _known = (Read(app.ExternalUrl), time.GetUtcNow() + Kept);
            return _known.Address;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    // It stands in links that are written as they are.
    private static string? Read(string? homepage) =>
        Uri.TryCreate(homepage, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && address is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" }
            ? address.GetLeftPart(UriPartial.Authority)
            : null;

    private sealed record OwnApp(string? ExternalUrl);
}
