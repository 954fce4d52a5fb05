using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Api.Security;

/// <summary>The real API over its own database, with a fake GitHub to sign in at, and a clock that both go by.</summary>
internal sealed class SignInBench : IAsyncDisposable
{
    public const string Callback = "https://sentinel.example/auth/github/callback";

    public static readonly JsonSerializerOptions Json = SentinelJson.Options;

    private readonly List<ApiServer> _replicas = [];
    private readonly Dictionary<string, string?> _settings = [];

    private readonly string? _redis;

    private SignInBench(FakeGitHubServer gitHub, string? redis) => (GitHub, _redis) = (gitHub, redis);

    public FakeGitHubServer GitHub { get; }

    public ManualClock Clock { get; } = new(new DateTimeOffset(2030, 5, 1, 8, 0, 0, TimeSpan.Zero));

    /// <summary>Every line that any replica logged.</summary>
    public ConcurrentQueue<string> Logs { get; } = new();

    public ApiServer Api => _replicas[0];

    public static async Task<SignInBench> StartAsync(
        CancellationToken cancellationToken, bool enterprise = false, string environment = "Production", string? redis = null, params (string Key, string Value)[] settings)
    {
        var gitHub = await FakeGitHubServer.StartAsync(cancellationToken);
        gitHub.App.WebhookSecret = ApiServer.WebhookSecret;
        var bench = new SignInBench(gitHub, redis);
        bench.GitHub.Clock = bench.Clock;
        foreach (var (key, value) in bench.GitHub.Settings(enterprise)) bench._settings[key] = value;
        bench._settings["GitHub:RetryDelay"] = "00:00:00";
        bench._settings["Visibility:Patience"] = "00:00:05";
        foreach (var (key, value) in settings) bench._settings[key] = value;
        await bench.AddReplicaAsync(cancellationToken, environment);
        return bench;
    }

    /// <summary>Another API over the same database.</summary>
    public async Task<ApiServer> AddReplicaAsync(CancellationToken cancellationToken, string environment = "Production", params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(_settings);
        foreach (var (key, value) in settings) all[key] = value;
        var replica = await ApiServer.StartAsync(
            cancellationToken, environment, _replicas.Count == 0 ? null : Api.ConnectionString, _redis, all, clock: Clock, logs: new Collector(Logs));
        _replicas.Add(replica);
        return replica;
    }

    public async Task<GitHubSignInStarted> StartSignInAsync(CancellationToken cancellationToken, string? returnUrl = null, ApiServer? api = null)
    {
        using var answer = await (api ?? Api).Anonymous.PostAsJsonAsync(ApiRoutes.Session + "/github", new GitHubSignInRequest(Callback, returnUrl), Json, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<GitHubSignInStarted>(Json, cancellationToken))!;
    }

    /// <summary>Whether the App belongs to whoever comes to GitHub first, so that they become administrator.</summary>
    public bool FirstOwnsApp { get; set; } = true;

    /// <summary>What the browser comes back from GitHub with.</summary>
    /// <param name="person">Null for somebody who declines.</param>
    public async Task<GitHubSignInCompletion> VisitGitHubAsync(GitHubSignInStarted started, FakeAccount? person, CancellationToken cancellationToken)
    {
        if (person is not null && FirstOwnsApp) (GitHub.App.Owner, FirstOwnsApp) = (person, false);
        GitHub.OAuth.Person = person;
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var answer = await browser.GetAsync(new Uri(started.AuthorizeUrl), cancellationToken);
        var back = answer.Headers.Location ?? throw new InvalidOperationException($"GitHub answered {answer.StatusCode} and sent nobody back.");
        Assert.Equal(Callback, back.GetLeftPart(UriPartial.Path));
        var query = QueryHelpers.ParseQuery(back.Query);
        string? Of(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;
        return new GitHubSignInCompletion(started.Pending, Of("state"), Of("code"), Of("error"));
    }

    public async Task<HttpResponseMessage> CompleteAsync(GitHubSignInCompletion completion, CancellationToken cancellationToken, ApiServer? api = null) =>
        await (api ?? Api).Anonymous.PostAsJsonAsync(ApiRoutes.Session + "/github/complete", completion, Json, cancellationToken);

    /// <summary>The whole way; fails when the person is not let in.</summary>
    public async Task<SessionCreated> SignInAsync(FakeAccount person, CancellationToken cancellationToken, ApiServer? api = null)
    {
        var started = await StartSignInAsync(cancellationToken, api: api);
        using var answer = await CompleteAsync(await VisitGitHubAsync(started, person, cancellationToken), cancellationToken, api);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        return (await answer.Content.ReadFromJsonAsync<GitHubSignInDone>(Json, cancellationToken))!.Session;
    }

    /// <summary>A client of somebody who has just signed in.</summary>
    public async Task<HttpClient> ClientOfAsync(FakeAccount person, CancellationToken cancellationToken, ApiServer? api = null) =>
        (api ?? Api).With((await SignInAsync(person, cancellationToken, api)).Token);

    /// <summary>Lets the seconds pass for which an instance believes what it knows, and the clock as far as it is told.</summary>
    public async Task PassAsync(TimeSpan by, CancellationToken cancellationToken)
    {
        Clock.Advance(by);
        await Task.Delay(Sentinel.Api.Security.TokenDirectory.MaxAge + TimeSpan.FromMilliseconds(300), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await GitHub.DisposeAsync();
    }

    private sealed class Collector(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
