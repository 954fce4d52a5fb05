using Sentinel.Git;
using Sentinel.GitHub.Checkout;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.GitHub;

/// <summary>git reads a private repository by a token that no other host, argument or address is shown.</summary>
public sealed class GitCredentialsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-test-clone-").FullName;
    private FakeGitHubServer _gitHub = null!;
    private FakeRepository _repository = null!;
    private string _commit = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gitHub = await FakeGitHubServer.StartAsync(Token);
        _repository = _gitHub.AddRepository("acme/vault", isPrivate: true);
        _commit = _repository.Git.Commit("Add", ("a.txt", "a"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gitHub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Fetch_WithCredential_ReadsAPrivateRepository()
    {
        await using var host = new GitHubHost(_gitHub);
        var installation = _gitHub.Install("acme", _repository);
        var credential = await host.Get<GitCredentials>().FindAsync(installation.Id, new Uri(_repository.CloneUrl), _repository.Id, Token);

        var fetched = await FetchAsync(credential!.Settings());

        Assert.Equal(0, fetched.ExitCode);
        Assert.Equal("***", credential.ToString());
        Assert.All(_gitHub.Calls.Where(c => c.Path.StartsWith("/acme/vault.git", StringComparison.Ordinal)), c => Assert.Equal($"installation {installation.Id}", c.Who));
    }

    [Fact]
    public async Task Fetch_AsAStranger_IsRefused()
    {
        var fetched = await FetchAsync([]);

        Assert.Equal("access-denied", GitFault.Of("fetching", fetched).Code);
    }

    [Fact]
    public async Task Fetch_AnotherHost_IsNotShownTheCredential()
    {
        await using var host = new GitHubHost(_gitHub);
        await using var elsewhere = await FakeGitHubServer.StartAsync(Token);
        elsewhere.AddRepository("acme/vault").Git.Commit("Add", ("a.txt", "a"));
        var installation = _gitHub.Install("acme", _repository);
        var credential = await host.Get<GitCredentials>().FindAsync(installation.Id, new Uri(_repository.CloneUrl), _repository.Id, Token);

        var git = await NewAsync(credential!.Settings());
        await git.RunAsync(["fetch", "--quiet", new Uri(elsewhere.Url, "acme/vault.git").ToString(), "main"], TimeSpan.FromMinutes(1), 1_000_000, Token);

        Assert.NotEmpty(elsewhere.Calls);
        Assert.All(elsewhere.Calls, c => Assert.DoesNotContain("Authorization", c.Headers.Keys));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Get<GitCredentials>().FindAsync(installation.Id, new Uri(elsewhere.Url, "acme/vault.git"), null, Token));
    }

    private async Task<GitResult> FetchAsync(IReadOnlyList<(string Key, string Value)> credential)
    {
        var git = await NewAsync(credential);
        return await git.RunAsync(["fetch", "--quiet", "--depth=1", _repository.CloneUrl, _commit], TimeSpan.FromMinutes(1), 1_000_000, Token);
    }

    private async Task<GitRunner> NewAsync(IReadOnlyList<(string Key, string Value)> credential)
    {
        var git = new GitRunner(_folder, [("protocol.http.allow", "always"), .. credential]);
        await git.RunAsync(["init", "--quiet", "--bare", "--template="], TimeSpan.FromMinutes(1), 1_000_000, Token);
        return git;
    }
}
