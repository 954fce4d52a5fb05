using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Api.Security;

public sealed class AuthorizationMatrixTests
{
    /// <summary>Everything that answers a stranger; a new name here is a decision, not an accident.</summary>
    private static readonly string[] OpenToStrangers =
    [
        "POST /webhooks/github", "GET /api/v1/session/options", "POST /api/v1/session/local", "GET /api/v1/schemas/sentinel-policy.schema.json",
        "* /alive", "* /ready", "* /health", "* /metrics",
    ];

    private static readonly string[] ForTriagers =
    [
        "POST /api/v1/scans/", "POST /api/v1/scans/{id:guid}/retry", "POST /api/v1/scans/{id:guid}/cancel", "POST /api/v1/findings/{id:guid}/dismiss",
        "POST /api/v1/findings/{id:guid}/reopen", "POST /api/v1/findings/{id:guid}/check-liveness",
        "POST /api/v1/custom-rules/", "POST /api/v1/custom-rules/check", "POST /api/v1/custom-rules/{id}/versions/{version}/dry-run", "POST /api/v1/findings/{id:guid}/explanation", "POST /api/v1/findings/{id:guid}/attest-rotation",
        "POST /api/v1/repositories/{id:guid}/history-scans",
    ];

    private static readonly string[] ForAdmins = ["GET /api/v1/audit/", "POST /api/v1/liveness/{id}", "POST /api/v1/custom-rules/{id}/versions/{version}/activate", "POST /api/v1/custom-rules/{id}/deactivate"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryEndpoint_AskedByAStranger_Is401()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        var open = new List<string>();
        foreach (var (name, method, path) in Endpoints(api))
        {
            using var response = await SendAsync(api.Anonymous, method, path);
            if (response.StatusCode != HttpStatusCode.Unauthorized) open.Add(name);
            else if (path != "/webhooks/github") Assert.Equal("urn:sentinel:problem:unauthorized", (await response.Content.ReadFromJsonAsync<ProblemDetails>(Cancellation))!.Type);
        }

        // The webhook answers 401 too, by its own rule.
        Assert.Equal(OpenToStrangers.Skip(1).Order(StringComparer.Ordinal), open.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryEndpoint_AskedByEachRole_FollowsTheMatrix()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        foreach (var role in Enum.GetValues<Role>())
        {
            using var client = await api.AsAsync(role, Cancellation);
            var refused = new List<string>();
            foreach (var (name, method, path) in Endpoints(api).Where(item => !OpenToStrangers.Contains(item.Name) && !item.Name.StartsWith("DELETE /api/v1/session", StringComparison.Ordinal)))
            {
                using var response = await SendAsync(client, method, path);
                Assert.NotEqual(HttpStatusCode.Unauthorized, response.StatusCode);
                if (response.StatusCode == HttpStatusCode.Forbidden) refused.Add(name);
            }

            string[] expected = role switch { Role.Viewer => [.. ForTriagers, .. ForAdmins], Role.Triager => ForAdmins, _ => [] };
            Assert.Equal(expected.Order(StringComparer.Ordinal), refused.Order(StringComparer.Ordinal));
        }
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

    private static IEnumerable<(string Name, string Method, string Path)> Endpoints(ApiServer api) =>
        from endpoint in api.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]
        from method in methods
        where method != "HEAD"
        select ($"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}", method == "*" ? "GET" : method, Concrete(endpoint.RoutePattern));

    private static string Concrete(RoutePattern pattern)
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
                    RoutePatternParameterPart { Name: "id" } => Guid.Empty.ToString(),
                    RoutePatternParameterPart { Name: "documentName" } => "v1",
                    _ => "x",
                });
            }
        }

        return path.Length == 0 ? "/" : path.ToString();
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST") request.Content = JsonContent.Create(new { });
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
