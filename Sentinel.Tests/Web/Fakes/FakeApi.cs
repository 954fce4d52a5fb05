using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Repositories;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>The API's surface over real HTTP, on a free port, with the estate's data. Every call needs the session it gave out.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    public const string Token = "sns_fake-session-of-the-tests";

    private readonly WebApplication _app;
    private readonly List<TokenSummary> _tokens;

    private FakeApi(WebApplication app, FakeEstate estate)
    {
        _app = app;
        Estate = estate;
        _tokens = FakeDetails.Tokens(estate);
    }

    public FakeEstate Estate { get; }

    /// <summary>Bodies of the commands that came in, by path.</summary>
    public List<(string Path, string Body)> Commands { get; } = [];

    /// <summary>What came in last, for assertions about headers and queries.</summary>
    public List<(string PathAndQuery, string? Authorization, string? RequestId)> Calls { get; } = [];

    /// <summary>When set, every authenticated call is answered with it.</summary>
    public int? FailWith { get; set; }

    public bool Empty { get; set; }

    /// <summary>Whether a GitHub App was made.</summary>
    public bool HasApp { get; set; }

    public Role Role { get; set; } = Role.Admin;

    public string Url { get; private set; } = "";

    public static async Task<FakeApi> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(o => SentinelJson.Apply(o.SerializerOptions));
        var fake = new FakeApi(builder.Build(), new FakeEstate(TimeProvider.System.GetUtcNow()));
        fake.Map();
        await fake._app.StartAsync(cancellationToken);
        fake.Url = fake._app.Urls.First();
        return fake;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.Use(GuardAsync);
        _app.MapPost(ApiRoutes.Session + "/local", () => new SessionCreated(Token, "local-developer", Role, Estate.Now.AddHours(12)));
        _app.MapGet(ApiRoutes.Session, () => new SessionInfo("local-developer", Role, Estate.Now.AddHours(12), IsApiToken: false));
        _app.MapGet(ApiRoutes.Session + "/options", () => new SignInOptions(Local: true, GitHub: false));
        _app.MapDelete(ApiRoutes.Session, () => Results.NoContent());
        _app.MapDelete(ApiRoutes.Session + "/all", () => Results.NoContent());
        _app.MapGet(ApiRoutes.GitHubApp, () => HasApp ? FakeDetails.GitHubApp(Estate) : FakeDetails.NoGitHubApp);
        _app.MapPost(ApiRoutes.GitHubApp + "/manifest", (Sentinel.Contracts.GitHubApps.GitHubAppManifestRequest r) => FakeDetails.Manifest(r));
        _app.MapDelete(ApiRoutes.GitHubApp, () =>
        {
            HasApp = false;
            return new Sentinel.Contracts.GitHubApps.GitHubAppForgotten("https://github.com/settings/apps/sentinel-acme");
        });
        _app.MapGet(ApiRoutes.People, () => FakeDetails.People(Estate));
        _app.MapPost(ApiRoutes.People + "/{id:guid}/{verb}", () => Results.NoContent());
        _app.MapGet(ApiRoutes.Overview, () => Empty
            ? Estate.Overview() with { Repositories = 0, LatestScans = [], CoverageGaps = [], Trend = [] }
            : Estate.Overview());
        _app.MapGet(ApiRoutes.Repositories, (string? q) => new Page<RepositorySummary>(
            Empty ? [] : [.. Estate.Repositories.Where(r => q is null || r.FullName.Contains(q))], null));
        _app.MapGet(ApiRoutes.Repositories + "/{id:guid}", (Guid id) => Estate.Repositories.Find(r => r.Id == id) is { } r
            ? Results.Ok(new RepositoryDetail(r, [.. Estate.Scans.Where(s => s.RepositoryId == id)])) : Results.Problem(statusCode: 404));
        _app.MapPost(ApiRoutes.Repositories + "/{id:guid}/history-scans", (Guid id) => new ScanAccepted(Estate.Scans[0].Id, id, Estate.Scans[0].RequestId));
        _app.MapGet(ApiRoutes.Scans, (Guid? repositoryId, ScanStatus? status) => new Page<ScanSummary>(
            Empty ? [] : [.. Estate.Scans.Where(s => (repositoryId is null || s.RepositoryId == repositoryId) && (status is null || s.Status == status))], null));
        _app.MapGet(ApiRoutes.Scans + "/{id:guid}", (Guid id) => Estate.Scans.Find(s => s.Id == id) is { } s
            ? Results.Ok(FakeDetails.Scan(Estate, s)) : Results.Problem(statusCode: 404));
        _app.MapGet(ApiRoutes.Scans + "/{id:guid}/events", (Guid id) => TypedResults.ServerSentEvents(ProgressAsync(id)));
        _app.MapPost(ApiRoutes.Scans, (CreateScanRequest _) => new ScanAccepted(Estate.Scans[0].Id, Estate.Scans[0].RepositoryId, Estate.Scans[0].RequestId));
        _app.MapPost(ApiRoutes.Scans + "/{id:guid}/retry", (Guid id) => new ScanAccepted(id, Estate.Scans[0].RepositoryId, Estate.Scans[0].RequestId));
        _app.MapPost(ApiRoutes.Scans + "/{id:guid}/cancel", () => Results.NoContent());
        _app.MapGet(ApiRoutes.Findings, FindingsPage);
        _app.MapGet(ApiRoutes.Findings + "/{id:guid}", (Guid id) => Estate.Findings.Find(f => f.Id == id) is { } f
            ? Results.Ok(FakeDetails.Finding(Estate, f)) : Results.Problem(statusCode: 404));
        _app.MapPost(ApiRoutes.Findings + "/{id:guid}/{verb}", (Guid id, string verb) => Results.NoContent());
        _app.MapGet(ApiRoutes.CustomRules, () => Empty ? [] : FakeCustomRules.List(Estate));
        _app.MapGet(ApiRoutes.CustomRules + "/{id}", (string id) => FakeCustomRules.Detail(Estate, id) is { } detail ? Results.Ok(detail) : Results.Problem(statusCode: 404));
        _app.MapPost(ApiRoutes.CustomRules + "/check", (Sentinel.Contracts.CustomRules.CheckCustomRuleRequest r) => FakeCustomRules.Check(r));
        _app.MapPost(ApiRoutes.CustomRules, (Sentinel.Contracts.CustomRules.CustomRuleDefinition d) => FakeCustomRules.Detail(Estate, FakeCustomRules.Waiting));
        _app.MapPost(ApiRoutes.CustomRules + "/{id}/versions/{version}/{verb}", () => Results.NoContent());
        _app.MapPost(ApiRoutes.CustomRules + "/{id}/deactivate", () => Results.NoContent());
        _app.MapGet(ApiRoutes.Liveness, () => Empty ? [] : FakeLiveness.Providers(Estate));
        _app.MapPost(ApiRoutes.Liveness + "/{id}", () => Results.NoContent());
        _app.MapGet(ApiRoutes.Noise, (Guid? repositoryId, string? ruleId) => Empty ? [] : FakeNoise.Of(Estate, repositoryId, ruleId));
        _app.MapPost(ApiRoutes.Noise + "/{id:guid}", () => Results.NoContent());
        _app.MapGet(ApiRoutes.Rules, () => Estate.Rules);
        _app.MapGet(ApiRoutes.Rules + "/{id}", (string id) => Estate.Rules.FirstOrDefault(r => r.Id == id) is { } r ? Results.Ok(r) : Results.Problem(statusCode: 404));
        _app.MapGet(ApiRoutes.Requests + "/{id}", (string id) => FakeDetails.Journey(Estate, id));
        _app.MapGet(ApiRoutes.Operations, () => FakeDetails.Operations(Estate) with { Heartbeat = FakeHeartbeat.Of(Estate) });
        _app.MapGet(ApiRoutes.Audit, () => new Page<Sentinel.Contracts.Audit.AuditEntry>(FakeDetails.Audit(Estate), null));
        _app.MapGet(ApiRoutes.Tokens, () => _tokens);
        _app.MapPost(ApiRoutes.Tokens, (CreateTokenRequest r) => new TokenCreated(Estate.NewId(), r.Name, "snt_shown-once-in-the-tests", Estate.Now.AddDays(r.ExpiresInDays ?? 90)));
        _app.MapDelete(ApiRoutes.Tokens + "/{id:guid}", () => Results.NoContent());
    }

    private Page<FindingSummary> FindingsPage(FindingState[] state, Severity[] severity, FindingCategory[] category, Guid? repositoryId, string? ruleId, string? q, string? after, int? limit)
    {
        var skip = int.TryParse(after, out var n) ? n : 0;
        var matching = Estate.Findings.Where(f => !Empty
            && (state.Length == 0 || state.Contains(f.State)) && (severity.Length == 0 || severity.Contains(f.Severity))
            && (category.Length == 0 || category.Contains(f.Category)) && (repositoryId is null || f.RepositoryId == repositoryId)
            && (ruleId is null || f.RuleId == ruleId) && (q is null || f.Title.Contains(q, StringComparison.OrdinalIgnoreCase) || f.Path.Contains(q, StringComparison.OrdinalIgnoreCase))).ToList();
        var size = Math.Min(limit ?? 50, 20);
        return new Page<FindingSummary>([.. matching.Skip(skip).Take(size)], matching.Count > skip + size ? $"{skip + size}" : null);
    }

    private async IAsyncEnumerable<ScanProgress> ProgressAsync(Guid id)
    {
        var s = Estate.Scans.First(scan => scan.Id == id);
        for (var done = s.FilesDone; done <= s.FilesDone + 3; done++)
        {
            yield return new ScanProgress(id, s.RepositoryId, s.RequestId, ScanStatus.Running, ScanPhase.Analyse, done, s.FilesTotal, s.FilesSkipped, Estate.Now);
            await Task.Delay(200);
        }
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var requestId = context.Request.Headers["X-Request-ID"].ToString();
        lock (Calls)
            Calls.Add((context.Request.Path + context.Request.QueryString, context.Request.Headers.Authorization, requestId));
        context.Response.Headers["X-Request-ID"] = requestId;
        if (HttpMethods.IsPost(context.Request.Method))
        {
            context.Request.EnableBuffering();
            var body = await new StreamReader(context.Request.Body, leaveOpen: true).ReadToEndAsync();
            context.Request.Body.Position = 0;
            Commands.Add((context.Request.Path, body));
        }
        var signingIn = context.Request.Path.StartsWithSegments(ApiRoutes.Session + "/local") || context.Request.Path.StartsWithSegments(ApiRoutes.Session + "/options");
        var status = signingIn ? null : context.Request.Headers.Authorization != $"Bearer {Token}" ? 401 : FailWith;
        if (status is { } code)
            await Results.Problem(statusCode: code, title: "Refused by the fake", detail: "The fake API was told to fail.").ExecuteAsync(context);
        else
            await next(context);
    }
}
