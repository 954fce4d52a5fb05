using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Contracts.Noise;
using Sentinel.Contracts.People;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Api.Security;

/// <summary>Every endpoint that the running API has, tried as everybody. An endpoint that is not in the table fails the first test.</summary>
public sealed partial class AuthorizationMatrixTests
{
    /// <summary>Who may call an endpoint.</summary>
    private enum For { Strangers, Viewers, Triagers, Admins }

    /// <summary>Whose things its answer, or its id, belongs to.</summary>
    private enum Of { Installation, Lists, Repository, Scan, Finding, Request, Token, Person, Caller }

    private sealed record Endpoint(string Name, For Who, Of What = Of.Installation, object? Body = null, string Query = "");

    private static readonly DismissRequest Dismissal = new(DismissReason.FalsePositive, "It is none.", null);

    private static readonly Endpoint[] Table =
    [
        new("POST /webhooks/github", For.Strangers), new("* /alive", For.Strangers), new("* /ready", For.Strangers), new("* /health", For.Strangers),
        new("* /metrics", For.Strangers), new("GET /api/v1/session/options", For.Strangers), new("POST /api/v1/session/local", For.Strangers), new("GET /api/v1/schemas/sentinel-policy.schema.json", For.Strangers),
        new("POST /api/v1/session/github", For.Strangers, Body: new GitHubSignInRequest("x", null)),
        new("POST /api/v1/session/github/complete", For.Strangers, Body: new GitHubSignInCompletion(null, null, null, null)),
        new("GET /api/v1/overview", For.Viewers, Of.Lists),
        new("GET /api/v1/repositories/", For.Viewers, Of.Lists),
        new("GET /api/v1/repositories/{id:guid}", For.Viewers, Of.Repository),
        new("POST /api/v1/repositories/{id:guid}/history-scans", For.Triagers, Of.Repository),
        new(
            "POST /api/v1/repositories/{id:guid}/imports", For.Triagers, Of.Repository, new { version = "2.1.0", runs = new[] { new { tool = new { driver = new { name = "x" } } } } },
            "?ref=refs/heads/main&commit=1111111111111111111111111111111111111111"),
        new("GET /api/v1/scans/", For.Viewers, Of.Lists),
        new("GET /api/v1/scans/{id:guid}", For.Viewers, Of.Scan),
        new("GET /api/v1/scans/{id:guid}/events", For.Viewers, Of.Scan),
        new("POST /api/v1/scans/", For.Triagers, Body: new CreateScanRequest("https://elsewhere.example/nobody/nothing", null)),
        new("POST /api/v1/scans/{id:guid}/retry", For.Triagers, Of.Scan),
        new("POST /api/v1/scans/{id:guid}/cancel", For.Triagers, Of.Scan),
        new("GET /api/v1/findings/", For.Viewers, Of.Lists),
        new("GET /api/v1/findings/{id:guid}", For.Viewers, Of.Finding),
        new("GET /api/v1/findings/{id:guid}/explanation", For.Viewers, Of.Finding),
        new("POST /api/v1/findings/{id:guid}/explanation", For.Triagers, Of.Finding),
        new("POST /api/v1/findings/{id:guid}/dismiss", For.Triagers, Of.Finding, Dismissal),
        new("POST /api/v1/findings/{id:guid}/reopen", For.Triagers, Of.Finding, new ReopenRequest("It is one.")),
        new("POST /api/v1/findings/{id:guid}/attest-rotation", For.Triagers, Of.Finding, new AttestRotationRequest("It was rotated.")),
        new("POST /api/v1/findings/{id:guid}/check-liveness", For.Triagers, Of.Finding),
        new("GET /api/v1/rules/", For.Viewers, Of.Lists), new("GET /api/v1/rules/{**id}", For.Viewers),
        new("GET /api/v1/custom-rules/", For.Viewers, Of.Lists), new("GET /api/v1/custom-rules/{id}", For.Viewers, Of.Lists),
        new("POST /api/v1/custom-rules/check", For.Triagers), new("POST /api/v1/custom-rules/", For.Triagers),
        new("POST /api/v1/custom-rules/{id}/versions/{version}/dry-run", For.Triagers, Of.Lists),
        new("POST /api/v1/custom-rules/{id}/versions/{version}/activate", For.Admins), new("POST /api/v1/custom-rules/{id}/deactivate", For.Admins),
        new("GET /api/v1/requests/{requestId}", For.Viewers, Of.Request), new("GET /api/requests/{requestId}", For.Viewers, Of.Request),
        new("GET /api/v1/operations", For.Viewers, Of.Lists),
        new("GET /api/v1/events", For.Viewers),
        new("GET /api/v1/liveness/", For.Viewers, Of.Lists), new("POST /api/v1/liveness/{id}", For.Admins),
        new("GET /api/v1/noise/", For.Viewers, Of.Lists),
        new("POST /api/v1/noise/{id:guid}", For.Triagers, Of.Repository, new SetRuleCommentsRequest(Tenant.SharedRule, true)),
        new("GET /api/v1/session/", For.Viewers, Of.Caller), new("DELETE /api/v1/session/", For.Viewers, Of.Caller), new("DELETE /api/v1/session/all", For.Viewers, Of.Caller),
        new("GET /api/v1/tokens/", For.Viewers, Of.Lists), new("POST /api/v1/tokens/", For.Viewers), new("DELETE /api/v1/tokens/{id:guid}", For.Viewers, Of.Token),
        new("GET /api/v1/people/", For.Admins), new("POST /api/v1/people/{id:guid}/role", For.Admins, Of.Person, new ChangeRoleRequest(Role.Viewer)),
        new("POST /api/v1/people/{id:guid}/sign-out", For.Admins, Of.Person),
        new("GET /api/v1/github/app/", For.Admins), new("DELETE /api/v1/github/app/", For.Admins),
        new("POST /api/v1/github/app/manifest", For.Admins, Body: new GitHubAppManifestRequest(null, "Sentinel", "https://sentinel.example", "https://sentinel.example/webhooks/github")),
        new("POST /api/v1/github/app/complete", For.Admins, Body: new GitHubAppCompletion("code", "state")),
        new("GET /api/v1/audit/", For.Admins), new("POST /api/v1/outbox/{id:guid}/retry", For.Admins),
        new("GET /openapi/{documentName}.json", For.Viewers), new("GET /docs/{documentName?}", For.Viewers), new("GET /docs/scalar.js", For.Viewers),
        new("GET /docs/scalar.aspnetcore.js", For.Viewers), new("GET /docs/favicon.svg", For.Viewers),
    ];

    // As it is unless somebody turns metrics off: with their endpoint.
    private static readonly Dictionary<string, string?> WithMetrics = new(StringComparer.Ordinal) { ["OTEL_METRICS_EXPORTER"] = "prometheus" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryEndpoint_IsInTheTable()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production", settings: WithMetrics);

        Assert.Equal(Table.Select(row => row.Name).Order(StringComparer.Ordinal), Endpoints(api).Select(item => item.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryEndpoint_AskedByAStranger_Is401()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production", settings: WithMetrics);
        var open = new List<string>();
        foreach (var (row, method, pattern) in Rows(api))
        {
            using var response = await SendAsync(api.Anonymous, method, Concrete(pattern), row.Body);
            if (response.StatusCode != HttpStatusCode.Unauthorized) open.Add(row.Name);
            else if (row.Name != "POST /webhooks/github") Assert.Equal("urn:sentinel:problem:unauthorized", (await response.Content.ReadFromJsonAsync<ProblemDetails>(Cancellation))!.Type);
        }

        // The webhook answers 401 too, by its own rule.
        Assert.Equal(Named(row => row.Who == For.Strangers && row.Name != "POST /webhooks/github"), open.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("session", Role.Viewer)]
    [InlineData("session", Role.Triager)]
    [InlineData("session", Role.Admin)]
    [InlineData("token of an administrator", Role.Viewer)]
    [InlineData("token of an administrator", Role.Triager)]
    [InlineData("token of an administrator", Role.Admin)]
    [InlineData("token of somebody signed in locally", Role.Viewer)]
    [InlineData("token of somebody signed in locally", Role.Triager)]
    [InlineData("token of somebody signed in locally", Role.Admin)]
    [InlineData("administrator's token of a viewer", Role.Viewer)]
    public async Task EveryEndpoint_AskedByEachRoleAndScope_FollowsTheTable(string credential, Role role)
    {
        await using var world = await World.CreateAsync();
        using var client = credential switch
        {
            "session" => world.ClientOf(role == Role.Admin ? world.Admin : role == Role.Triager ? world.Triager : world.Viewer),
            "token of an administrator" => await world.TokenOfAsync(world.Admin, role),
            // Made while its owner was an administrator.
            "administrator's token of a viewer" => await world.DemotedTokenAsync(),
            _ => await world.Api.AsAsync(role, Cancellation),
        };
        var refused = new List<string>();
        foreach (var (row, method, pattern) in Rows(world.Api).Where(item => item.Row.Who != For.Strangers && !item.Row.Name.StartsWith("DELETE /api/v1/session", StringComparison.Ordinal)))
        {
            using var response = await SendAsync(client, method, Concrete(pattern), row.Body);
            Assert.NotEqual(HttpStatusCode.Unauthorized, response.StatusCode);
            if (response.StatusCode == HttpStatusCode.Forbidden) refused.Add(row.Name);
        }

        Assert.Equal(Named(row => row.Who > For.Viewers + (int)role), refused.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Role.Viewer, "session")]
    [InlineData(Role.Triager, "session")]
    [InlineData(Role.Viewer, "token")]
    [InlineData(Role.Triager, "token")]
    public async Task EveryEndpoint_WithTheIdsOfAnotherTenant_Is404(Role role, string credential)
    {
        await using var world = await World.CreateAsync();
        var person = role == Role.Triager ? world.Triager : world.Viewer;
        using var client = credential == "session" ? world.ClientOf(person) : await world.TokenOfAsync(person, role);
        var answers = new List<string>();
        foreach (var (row, method, pattern) in Rows(world.Api).Where(item => item.Row.Who <= For.Viewers + (int)role && item.Row.What is not (Of.Installation or Of.Lists or Of.Caller)))
        {
            foreach (var (whose, tenant) in new[] { ("the other tenant's", world.Theirs), ("a local import's", world.Local) })
            {
                var path = Concrete(pattern, await world.IdAsync(row.What, tenant, world.Admin));
                using var response = await SendAsync(client, method, path, row.Body);
                if (response.StatusCode != HttpStatusCode.NotFound) answers.Add($"{row.Name} with {whose} id: {(int)response.StatusCode}");
                // The answer names the path that was asked for, and nothing else.
                Assert.DoesNotContain(Traces(await response.Content.ReadAsStringAsync(Cancellation), tenant), trace => !path.Contains(trace, StringComparison.Ordinal));
            }
        }

        Assert.Empty(answers);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Triager)]
    public async Task EveryEndpoint_WithTheIdsOfOnesOwnTenant_Answers(Role role)
    {
        await using var world = await World.CreateAsync();
        var person = role == Role.Triager ? world.Triager : world.Viewer;
        using var client = world.ClientOf(person);
        foreach (var (row, method, pattern) in Rows(world.Api).Where(item => item.Row.Who <= For.Viewers + (int)role && item.Row.What is not (Of.Installation or Of.Caller or Of.Person)))
        {
            using var response = await SendAsync(client, method, Concrete(pattern, await world.IdAsync(row.What, world.Own, person)) + row.Query, row.Body);
            // 409: its state does not allow it, which nobody else would be told.
            Assert.True(response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Conflict, $"{row.Name}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task EveryList_ShowsNothingOfAnotherTenantWhateverItIsAsked()
    {
        await using var world = await World.CreateAsync();
        using var viewer = world.ClientOf(world.Viewer);
        using var admin = world.ClientOf(world.Admin);
        var (theirs, local) = (world.Theirs, world.Local);
        var queries = new[]
        {
            "", $"repositoryId={theirs.RepositoryId}", $"scanId={theirs.ScanId}", $"q={theirs.Marker}", $"ruleId={Tenant.SharedRule}", "status=Failed", "limit=50",
            $"repositoryId={local.RepositoryId}",
        };
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (row, method, pattern) in Rows(world.Api).Where(item => item.Row is { What: Of.Lists, Who: For.Viewers }))
        {
            foreach (var query in queries)
            {
                var path = $"{Concrete(pattern, Tenant.SharedRule)}?{query}";
                using var response = await SendAsync(viewer, method, path, row.Body);
                var text = await response.Content.ReadAsStringAsync(Cancellation);
                Assert.Empty(Traces(text, theirs).Concat(Traces(text, local)).Select(trace => $"{row.Name}?{query} shows {trace}"));
                if (Traces(text, world.Own).Any()) shown.Add(row.Name);
                // The administrator is shown it, so there was something to see.
                using var everything = await SendAsync(admin, method, path, row.Body);
                Assert.Equal(HttpStatusCode.OK, everything.StatusCode);
                if (query.Length == 0 && row.Name is not ("GET /api/v1/rules/" or "GET /api/v1/custom-rules/" or "GET /api/v1/liveness/" or "GET /api/v1/tokens/"))
                    Assert.NotEmpty(Traces(await everything.Content.ReadAsStringAsync(Cancellation), theirs));
            }
        }

        Assert.Contains("GET /api/v1/findings/", shown);
    }

    [Fact]
    public async Task EveryChange_SentByAPageOfAnotherSite_IsRefused()
    {
        await using var world = await World.CreateAsync();
        using var admin = world.ClientOf(world.Admin);
        foreach (var (row, method, pattern) in Rows(world.Api).Where(item => item.Method is not ("GET" or "*")))
        {
            foreach (var (header, value) in new[] { ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://evil.example"), ("Origin", "null") })
            {
                using var request = Request(method, Concrete(pattern), row.Body);
                request.Headers.TryAddWithoutValidation(header, value);
                using var response = await admin.SendAsync(request, Cancellation);
                Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
                Assert.Equal("urn:sentinel:problem:cross-site", (await response.Content.ReadFromJsonAsync<ProblemDetails>(Cancellation))!.Type);
            }
        }

        using var own = Request("POST", ApiRoutes.Tokens, new CreateTokenRequest("x", Role.Viewer, 1));
        own.Headers.TryAddWithoutValidation("Origin", world.Api.Address.GetLeftPart(UriPartial.Authority));
        using var behind = Request("POST", ApiRoutes.Tokens, new CreateTokenRequest("x", Role.Viewer, 1));
        behind.Headers.TryAddWithoutValidation("Origin", "https://sentinel.example");
        behind.Headers.TryAddWithoutValidation("X-Forwarded-Host", "sentinel.example");
        Assert.Equal(HttpStatusCode.Created, (await admin.SendAsync(own, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await admin.SendAsync(behind, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task UnknownPath_TellsAStrangerNothing()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var viewer = await api.AsAsync(Role.Viewer, Cancellation);

        using var stranger = await api.Anonymous.GetAsync("/api/v1/nothing-here", Cancellation);
        using var known = await viewer.GetAsync("/api/v1/nothing-here", Cancellation);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (stranger.StatusCode, known.StatusCode));
        Assert.Equal("urn:sentinel:problem:not-found", (await known.Content.ReadFromJsonAsync<ProblemDetails>(Cancellation))!.Type);
        Assert.Equal("nosniff", known.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-store", known.Headers.CacheControl?.ToString());
        Assert.Contains("default-src 'none'", known.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Named(Func<Endpoint, bool> which) => Table.Where(which).Select(row => row.Name).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Traces(string text, Tenant tenant) => tenant.Traces.Where(trace => text.Contains(trace, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<(Endpoint Row, string Method, RoutePattern Pattern)> Rows(ApiServer api) =>
        from item in Endpoints(api)
        join row in Table on item.Name equals row.Name
        select (row, item.Method, item.Pattern);

    private static IEnumerable<(string Name, string Method, RoutePattern Pattern)> Endpoints(ApiServer api) =>
        from endpoint in api.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]
        from method in methods
        where method != "HEAD"
        select ($"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}", method == "*" ? "GET" : method, endpoint.RoutePattern);

    private static string Concrete(RoutePattern pattern, string? id = null)
    {
        var path = new StringBuilder();
        foreach (var segment in pattern.PathSegments)
        {
            path.Append('/');
            foreach (var part in segment.Parts)
            {
                path.Append(part switch
                {
                    RoutePatternLiteralPart literal => literal.Content,
                    RoutePatternSeparatorPart separator => separator.Content,
                    RoutePatternParameterPart { Name: "id" or "requestId" } => id ?? Guid.Empty.ToString(),
                    RoutePatternParameterPart { Name: "documentName" } => "v1",
                    RoutePatternParameterPart { Name: "version" } => "1",
                    _ => "x",
                });
            }
        }

        return path.Length == 0 ? "/" : path.ToString();
    }

    private static HttpRequestMessage Request(string method, string path, object? body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST") request.Content = JsonContent.Create(body ?? new { }, options: SignInBench.Json);
        return request;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, object? body)
    {
        using var request = Request(method, path, body);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return response;
    }
}
