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
    private static readonly TimeSpan KeptAfterFault = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private (string? Address, DateTimeOffset Until) _known;

    /// <summary>
    /// Without a slash at its end; null when it is not known, or the homepage is no address of a site's root. A link is worth no check that
    /// comes late: while GitHub does not say, the last that was known is given.
    /// </summary>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (time.GetUtcNow() < _known.Until) return _known.Address;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            try
            {
                _known = (Read((await clients.App.GetAsync<OwnApp>("app", patience.Token)).ExternalUrl), time.GetUtcNow() + Kept);
            }
            catch (Exception ex) when (ex is GitHubException || (ex is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                _known = (_known.Address, time.GetUtcNow() + KeptAfterFault);
            }
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
