using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sentinel.Contracts;

namespace Sentinel.Tests.Api;

public sealed partial class DocumentationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenApi_DescribesEveryFeature()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);

        using var document = JsonDocument.Parse(await api.Anonymous.GetStringAsync("/openapi/v1.json", Cancellation));

        var paths = document.RootElement.GetProperty("paths").EnumerateObject().Select(path => path.Name.TrimEnd('/')).ToList();
        foreach (var route in new[] { ApiRoutes.Overview, ApiRoutes.Scans, ApiRoutes.Findings, ApiRoutes.Rules, ApiRoutes.Liveness, ApiRoutes.CustomRules, ApiRoutes.Tokens, ApiRoutes.Session, ApiRoutes.Audit, ApiRoutes.GitHubWebhooks })
            Assert.Contains(route, paths);
    }

    [Fact]
    public async Task ReferencePage_LoadsNothingFromOtherHosts()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);

        using var response = await api.Anonymous.GetAsync("/docs", Cancellation);
        var page = await response.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("jsdelivr", page, StringComparison.OrdinalIgnoreCase);
        foreach (Match source in Sources().Matches(page))
        {
            var address = new Uri(response.RequestMessage!.RequestUri!, source.Groups[1].Value);
            Assert.Equal(api.Address.Authority, address.Authority);
            using var asset = await api.Anonymous.GetAsync(address, Cancellation);
            Assert.Equal(HttpStatusCode.OK, asset.StatusCode);
        }

        Assert.NotEmpty(Sources().Matches(page));
        Assert.Contains("connect-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Sources();
}
