using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>
/// GitHub over real HTTP: git, the REST and GraphQL APIs, signing in and webhooks, on state that tests set and read. It answers as
/// GitHub documents (https://docs.github.com/en/rest), remembers every request, and fails when it is told to.
/// </summary>
internal sealed partial class FakeGitHubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedCall> _calls = new();
    private int _apiPort;

    private FakeGitHubServer(WebApplication app)
    {
        _app = app;
        Limits = new FakeLimits(() => Clock.GetUtcNow());
        Tokens = new FakeTokens(this);
        Hook = new FakeHook(this);
        OAuth = new FakeOAuth(this);
    }

    /// <summary>Address without a path, where people and git go: GITHUB_URL. The API is below it too, as at GitHub Enterprise Server.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The API on a host of its own, as at github.com: GITHUB_API_URL.</summary>
    public Uri ApiUrl { get; private set; } = null!;

    /// <summary>The API below <see cref="Url"/>, as at GitHub Enterprise Server.</summary>
    public Uri EnterpriseApiUrl => new(Url, "api/v3/");

    /// <summary>GitHub's clock.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public FakeApp App { get; private set; } = new();

    public FakeTokens Tokens { get; }

    public FakeLimits Limits { get; }

    /// <summary>What is to go wrong.</summary>
    public FakeFaults Faults { get; } = new();

    /// <summary>The App's webhook and its deliveries.</summary>
    public FakeHook Hook { get; }

    /// <summary>Signing people in.</summary>
    public FakeOAuth OAuth { get; }

    /// <summary>Every request in order: the API's, git's and signing in.</summary>
    public IReadOnlyList<RecordedCall> Calls => [.. _calls];

    /// <summary>Paths that git asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>When set, every answer to git has this status and nothing else.</summary>
    public int? Fault { get; set; }

    public static async Task<FakeGitHubServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(System.Net.IPAddress.Loopback, 0);
            options.Listen(System.Net.IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var server = new FakeGitHubServer(app);
        app.Use(server.SurviveAsync);
        app.Use(server.RewriteAsync);
        app.UseRouting();
        server.MapGit(app);
        server.MapApi(new FakeRoutes(server, app));
        server.OAuth.Map(app);
        new FakeManifests(server).Map(app);
        await app.StartAsync(cancellationToken);
        var addresses = app.Urls.Select(url => new Uri(url)).ToArray();
        (server.Url, server.ApiUrl, server._apiPort) = (addresses[0], addresses[1], addresses[1].Port);
        return server;
    }

    /// <summary>The calls of a method to a path, in order.</summary>
    /// <param name="path">Below the API's base, with a slash at its start.</param>
    public IReadOnlyList<RecordedCall> CallsOf(string method, string path) => [.. _calls.Where(c => c.Method == method && c.Path == path)];

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Hook.Dispose();
        App.Dispose();
        foreach (var repository in State.Repositories) repository.Git.Dispose();
    }

    /// <summary>Another App takes the place of the one that was there.</summary>
    internal void Replace(FakeApp app)
    {
        App.Dispose();
        App = app;
    }

    internal RecordedCall Record(HttpContext context, string path, JsonNode? body, FakeCaller caller)
    {
        var call = new RecordedCall(context.Request.Method, path, context.Request.QueryString.ToString(), body, caller.Name)
        {
            Headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
        _calls.Enqueue(call);
        return call;
    }

    internal string BaseUrlOf(HttpContext context) => context.Connection.LocalPort == _apiPort ? ApiUrl.GetLeftPart(UriPartial.Authority) : EnterpriseApiUrl.ToString().TrimEnd('/');

    private void MapGit(WebApplication app)
    {
        var git = new GitTransport(this);
        app.MapGet("/{owner}/{name}/info/refs", git.InfoRefsAsync);
        app.MapPost("/{owner}/{name}/git-upload-pack", git.UploadPackAsync);
    }

    private void MapApi(FakeRoutes routes)
    {
        FakeAppApi.Map(routes);
        FakeRepositoriesApi.Map(routes);
        FakeContentsApi.Map(routes);
        FakePullsApi.Map(routes);
        FakeReviewsApi.Map(routes);
        FakeCommentsApi.Map(routes);
        FakeReactionsApi.Map(routes);
        FakeChecksApi.Map(routes);
        FakeStatusesApi.Map(routes);
        FakeCodeScanningApi.Map(routes);
        FakeUsersApi.Map(routes);
        Hook.Map(routes);
        _app.MapPost("/api/graphql", context => routes.AnswerAsync(context, needs: null, FakeGraphQl.Answer));
        _app.MapFallback(FakeRoutes.Prefix + "/{**rest}", context => routes.AnswerAsync(context, needs: null, _ => throw FakeRefusal.NotFound()));
    }

    // https://api.github.com/graphql is https://HOST/api/graphql at GitHub Enterprise Server.
    private Task RewriteAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Connection.LocalPort == _apiPort)
            context.Request.Path = context.Request.Path == "/graphql" ? "/api/graphql" : FakeRoutes.Prefix + context.Request.Path;
        return next(context);
    }

    private async Task SurviveAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception ex) when (context.RequestAborted.IsCancellationRequested && ex is OperationCanceledException or IOException)
        {
            // The caller had enough, which is what some faults are for.
        }
    }
}
