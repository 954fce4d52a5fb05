using System.Text.Json.Nodes;
using Octokit;
using Sentinel.GitHub;
using Sentinel.GitHub.Errors;
using Sentinel.GitHub.Installations;
using Sentinel.ServiceDefaults.Configuration;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.GitHub;

/// <summary>GitHub's API as one caller: Octokit, REST and GraphQL, at github.com and at GitHub Enterprise Server.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private FakeGitHubServer _gitHub = null!;
    private FakeRepository _repository = null!;
    private FakeInstallation _installation = null!;
    private FakePullRequest _pull = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gitHub = await FakeGitHubServer.StartAsync(Token);
        _repository = _gitHub.AddRepository("acme/shop", isPrivate: true);
        _repository.Git.Commit("Add", ("a.txt", "one\n"));
        _repository.Git.Git("checkout", "--quiet", "-b", "change");
        _repository.Git.Commit("Change", ("a.txt", "one\ntwo\n"), ("b.txt", "b\n"));
        _installation = _gitHub.Install("acme");
        _pull = _repository.OpenPullRequest(_gitHub.AddUser("alice"), "change");
    }

    public ValueTask DisposeAsync() => _gitHub.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Octokit_PullRequestAndCheckRun_AreReadAndWritten(bool enterprise)
    {
        await using var host = new GitHubHost(_gitHub, enterprise: enterprise);
        var octokit = host.Clients.ForInstallation(_installation.Id).Octokit(Token);

        var files = await octokit.PullRequest.Files("acme", "shop", _pull.Number);
        var run = await octokit.Check.Run.Create("acme", "shop", new NewCheckRun("Sentinel", _pull.HeadSha)
        {
            Status = CheckStatus.Completed,
            Conclusion = CheckConclusion.Failure,
            Output = new NewCheckRunOutput("One finding", "Look") { Annotations = [new NewCheckRunAnnotation("a.txt", 2, 2, CheckAnnotationLevel.Failure, "Here")] },
        });
        await octokit.Issue.Comment.Create("acme", "shop", _pull.Number, "Hello");

        Assert.Equal([("a.txt", 1), ("b.txt", 1)], files.Select(f => (f.FileName, f.Additions)));
        var kept = Assert.Single(_repository.CheckRuns);
        Assert.Equal((run.Id, "completed", "failure", 1), (kept.Id, kept.Status, kept.Conclusion, kept.Annotations.Count));
        Assert.Equal("sentinel-test[bot]", Assert.Single(_repository.IssueComments).User.Login);
    }

    [Fact]
    public async Task Query_LimitIsCalledByAnotherName_IsARateLimitAllTheSame()
    {
        await using var host = new GitHubHost(_gitHub, settings: ("GitHub:MaxRateLimitWait", "00:00:00"));
        var connection = host.Clients.ForInstallation(_installation.Id);
        // GraphQL's own limit is "graphql"; this answer says "core".
        _gitHub.Faults.Next("POST", "/api/graphql", new FakeFault.PrimaryLimit(TimeSpan.FromMinutes(30)));

        var limited = await Assert.ThrowsAsync<GitHubRateLimitedException>(() => connection.QueryAsync<System.Text.Json.JsonElement>("query { viewer { login } }", null, Token));

        Assert.InRange(limited.Until - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(31));
    }

    [Fact]
    public async Task Octokit_TokenIsCancelled_Stops()
    {
        await using var host = new GitHubHost(_gitHub);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var connection = host.Clients.ForInstallation(_installation.Id);
        var held = new TaskCompletionSource();
        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.Slow(held.Task));

        var getting = connection.Octokit(stop.Token).Repository.Get("acme", "shop");
        while (_gitHub.CallsOf("GET", "/repos/acme/shop").Count == 0) await Task.Delay(10, Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getting);
        held.SetResult();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_SeveralPages_GivesAll(bool enterprise)
    {
        await using var host = new GitHubHost(_gitHub, enterprise: enterprise);
        for (var i = 0; i < 5; i++) _repository.AddComment(_pull.Number, _pull.User, $"{i}");

        var comments = host.Clients.ForInstallation(_installation.Id).ListAsync<Comment>("repos/acme/shop/issues/1/comments?per_page=2", null, Token);

        Assert.Equal(["0", "1", "2", "3", "4"], await comments.Select(c => c.Body).ToArrayAsync(Token));
        Assert.Equal(3, _gitHub.CallsOf("GET", "/repos/acme/shop/issues/1/comments").Count);
    }

    [Fact]
    public async Task Get_NothingChanged_CostsNothingOfTheLimit()
    {
        await using var host = new GitHubHost(_gitHub);
        var connection = host.Clients.ForInstallation(_installation.Id);
        var first = await connection.GetAsync<JsonObject>("repos/acme/shop", Token);
        var left = _gitHub.Limits.RemainingOf($"installation {_installation.Id}");

        var second = await host.Clients.ForInstallation(_installation.Id).GetAsync<JsonObject>("repos/acme/shop", Token);

        Assert.Equal([200, 304], _gitHub.CallsOf("GET", "/repos/acme/shop").Select(c => c.Status));
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        Assert.Equal(left, _gitHub.Limits.RemainingOf($"installation {_installation.Id}"));

        _repository.Archived = true;
        Assert.True((await connection.GetAsync<JsonObject>("repos/acme/shop", Token))["archived"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Get_AnotherCaller_IsNotShownWhatTheFirstSaw()
    {
        await using var host = new GitHubHost(_gitHub);
        await host.Clients.ForInstallation(_installation.Id).GetAsync<JsonObject>("repos/acme/shop", Token);

        var stranger = host.Clients.ForUser(_gitHub.Tokens.Issue(_gitHub.AddUser("mallory")));

        await Assert.ThrowsAsync<GitHubNotFoundException>(() => stranger.GetAsync<JsonObject>("repos/acme/shop", Token));
        Assert.DoesNotContain("If-None-Match", _gitHub.Calls[^1].Headers.Keys);
    }

    [Fact]
    public async Task Send_Refusals_HaveTheirOwnTypes()
    {
        await using var host = new GitHubHost(_gitHub);
        var connection = host.Clients.ForInstallation(_installation.Id);
        await Assert.ThrowsAsync<GitHubNotFoundException>(() => connection.GetAsync<JsonObject>("repos/acme/nowhere", Token));

        var annotations = Enumerable.Range(1, 51).Select(i => new { Path = "a.txt", StartLine = i, EndLine = i, AnnotationLevel = "notice", Message = "m" });
        var rejected = await Assert.ThrowsAsync<GitHubRejectedException>(() => connection.SendAsync<JsonObject>(
            HttpMethod.Post, "repos/acme/shop/check-runs", new { Name = "Sentinel", HeadSha = _pull.HeadSha, Output = new { Title = "t", Summary = "s", Annotations = annotations } }, Token));
        Assert.Equal([new GitHubFieldError("CheckRun", "annotations", "invalid", null)], rejected.Errors);

        _installation.Permissions["checks"] = "read";
        host.Clients.Drop(await host.Clients.TokenAsync(_installation.Id, InstallationScope.Everything, Token));
        var forbidden = await Assert.ThrowsAsync<GitHubForbiddenException>(() => connection.SendAsync<JsonObject>(
            HttpMethod.Post, "repos/acme/shop/check-runs", new { Name = "Sentinel", HeadSha = _pull.HeadSha }, Token));
        Assert.Equal((403, "checks=write"), (forbidden.StatusCode, forbidden.MissingPermission));

        _gitHub.Faults.Next("GET", "/repos/acme/shop", new FakeFault.Status(451, "Repository access blocked"));
        Assert.True((await Assert.ThrowsAsync<GitHubNotFoundException>(() => connection.GetAsync<JsonObject>("repos/acme/shop", Token))).IsGone);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Query_ReviewThread_IsResolved(bool enterprise)
    {
        await using var host = new GitHubHost(_gitHub, enterprise: enterprise);
        var connection = host.Clients.ForInstallation(_installation.Id);
        await connection.SendAsync<JsonObject>(
            HttpMethod.Post, $"repos/acme/shop/pulls/{_pull.Number}/comments", new { Body = "Here", CommitId = _pull.HeadSha, Path = "a.txt", Line = 2, Side = "RIGHT" }, Token);

        var found = await connection.QueryAsync<JsonObject>(
            """
            query($owner: String!, $name: String!, $number: Int!) {
              repository(owner: $owner, name: $name) {
                pullRequest(number: $number) { reviewThreads(first: 100) { nodes { id isResolved comments(first: 1) { nodes { databaseId body } } } pageInfo { hasNextPage endCursor } } }
              }
            }
            """, new { owner = "acme", name = "shop", number = _pull.Number }, Token);
        var thread = found["repository"]!["pullRequest"]!["reviewThreads"]!["nodes"]![0]!;
        var resolved = await connection.QueryAsync<JsonObject>(
            "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }", new { id = thread["id"]!.GetValue<string>() }, Token);

        Assert.Equal("Here", thread["comments"]!["nodes"]![0]!["body"]!.GetValue<string>());
        Assert.Equal("""{"resolveReviewThread":{"thread":{"isResolved":true}}}""", resolved.ToJsonString());
        Assert.True(_pull.ReviewComments[0].IsResolved);
        await Assert.ThrowsAsync<GitHubNotFoundException>(() => connection.QueryAsync<JsonObject>("mutation { resolveReviewThread(input: {threadId: \"x\"}) { thread { id } } }", null, Token));
    }

    [Fact]
    public async Task Everything_LoggedOrThrown_HoldsNoSecret()
    {
        await using var host = new GitHubHost(_gitHub);
        var said = new List<string>();
        var connection = host.Clients.ForInstallation(_installation.Id);
        await connection.GetAsync<JsonObject>("repos/acme/shop", Token);
        _gitHub.Faults.Next("GET", "*", new FakeFault.RevokeToken());
        _gitHub.Faults.Next("GET", "*", new FakeFault.Status(500), times: 4);
        said.Add((await Assert.ThrowsAnyAsync<GitHubException>(() => connection.GetAsync<JsonObject>("repos/acme/shop", Token))).ToString());
        _gitHub.Faults.Next("POST", "*", new FakeFault.Reset());
        said.Add((await Assert.ThrowsAnyAsync<GitHubException>(() => connection.SendAsync(HttpMethod.Post, "repos/acme/shop/check-runs", new { Name = "x" }, Token))).ToString());
        said.Add((await Assert.ThrowsAnyAsync<GitHubException>(() => host.Clients.Anonymous.SendAsync(HttpMethod.Post, "app-manifests/onetimecode/conversions", null, Token))).ToString());

        string[] secrets = [.. _gitHub.Tokens.All, _gitHub.App.ClientSecret, _gitHub.App.WebhookSecret, "onetimecode", "Bearer", .. _gitHub.Calls.Select(c => c.Headers.GetValueOrDefault("Authorization", "none of this")[7..])];
        Assert.All([.. said, .. host.Logs], line => Assert.All(secrets, secret => Assert.DoesNotContain(secret, line, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null, null, "https://github.com/", "https://api.github.com/", "https://api.github.com/graphql")]
    [InlineData("https://github.com", null, "https://github.com/", "https://api.github.com/", "https://api.github.com/graphql")]
    [InlineData("https://git.acme.example", null, "https://git.acme.example/", "https://git.acme.example/api/v3/", "https://git.acme.example/api/graphql")]
    [InlineData(null, "https://git.acme.example/api/v3", "https://git.acme.example/", "https://git.acme.example/api/v3/", "https://git.acme.example/api/graphql")]
    [InlineData("https://acme.ghe.com", null, "https://acme.ghe.com/", "https://api.acme.ghe.com/", "https://api.acme.ghe.com/graphql")]
    public void Addresses_OfEitherSetting_AreComplete(string? web, string? api, string expectedWeb, string expectedApi, string expectedGraphQl)
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager { ["GITHUB_URL"] = web, ["GITHUB_API_URL"] = api };

        Assert.Equal(new GitHubAddresses(new Uri(expectedWeb), new Uri(expectedApi), new Uri(expectedGraphQl)), GitHubAddresses.From(configuration));
    }

    private sealed record Comment(long Id, string Body);
}
