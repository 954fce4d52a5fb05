using System.Net.Http.Json;
using Microsoft.AspNetCore.WebUtilities;
using Sentinel.Contracts;
using Sentinel.Contracts.GitHubApps;
using Sentinel.Contracts.Sessions;
using Sentinel.Tests.Api.Security;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Api.GitHubApps;

/// <summary>Making the App as the dashboard does: the real API without an App, and a fake GitHub with somebody in front of the browser.</summary>
internal static class AppBench
{
    public const string Key = "a key of the test's own: 0123456789abcdef";

    /// <summary>No App and no client, but the key under which an App is stored.</summary>
    public static readonly (string Key, string Value)[] Settings =
        [("GITHUB_APP_ID", ""), ("GITHUB_APP_PRIVATE_KEY", ""), ("GITHUB_CLIENT_ID", ""), ("GITHUB_CLIENT_SECRET", ""), ("SENTINEL_KEY", Key)];

    public static GitHubAppManifestRequest Request(SignInBench bench, string? organization = null) => new(
        organization, "Sentinel (acme)", "https://sentinel.example", new Uri(bench.Api.Address, ApiRoutes.GitHubWebhooks).AbsoluteUri);

    public static async Task<SignInBench> StartAsync(CancellationToken cancellationToken, params (string Key, string Value)[] settings)
    {
        var bench = await SignInBench.StartAsync(cancellationToken, settings: [.. Settings, .. settings]);
        bench.GitHub.OAuth.Person = bench.GitHub.AddUser("ada");
        return bench;
    }

    public static async Task<GitHubAppManifest> BeginAsync(HttpClient admin, GitHubAppManifestRequest request, CancellationToken cancellationToken)
    {
        using var answer = await admin.PostAsJsonAsync(ApiRoutes.GitHubApp + "/manifest", request, SignInBench.Json, cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        return (await answer.Content.ReadFromJsonAsync<GitHubAppManifest>(SignInBench.Json, cancellationToken))!;
    }

    /// <summary>Posts the form as a browser does, and reads what GitHub sends it back with.</summary>
    public static async Task<GitHubAppCompletion> VisitGitHubAsync(GitHubAppManifest manifest, CancellationToken cancellationToken)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var form = new FormUrlEncodedContent([new("manifest", manifest.Manifest)]);
        using var answer = await browser.PostAsync(new Uri(manifest.Action), form, cancellationToken);
        var back = answer.Headers.Location ?? throw new InvalidOperationException($"GitHub answered {answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        Assert.Equal("https://sentinel.example/settings/github/created", back.GetLeftPart(UriPartial.Path));
        var query = QueryHelpers.ParseQuery(back.Query);
        return new GitHubAppCompletion(query["code"].ToString(), query["state"].ToString());
    }

    public static Task<HttpResponseMessage> CompleteAsync(HttpClient admin, GitHubAppCompletion completion, CancellationToken cancellationToken) =>
        admin.PostAsJsonAsync(ApiRoutes.GitHubApp + "/complete", completion, SignInBench.Json, cancellationToken);

    /// <summary>The whole way; fails when there is no App at its end.</summary>
    public static async Task<GitHubAppStatus> MakeAsync(SignInBench bench, CancellationToken cancellationToken, string? organization = null)
    {
        using var admin = await bench.Api.AsAsync(Role.Admin, cancellationToken);
        var manifest = await BeginAsync(admin, Request(bench, organization), cancellationToken);
        using var answer = await CompleteAsync(admin, await VisitGitHubAsync(manifest, cancellationToken), cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        return (await answer.Content.ReadFromJsonAsync<GitHubAppStatus>(SignInBench.Json, cancellationToken))!;
    }

    public static async Task<GitHubAppStatus> StatusAsync(HttpClient admin, CancellationToken cancellationToken) =>
        (await admin.GetFromJsonAsync<GitHubAppStatus>(ApiRoutes.GitHubApp, SignInBench.Json, cancellationToken))!;

    /// <summary>Every secret of the App that the fake has now.</summary>
    public static string[] SecretsOf(FakeApp app) => [app.ClientSecret, app.WebhookSecret, .. app.PrivateKeyPem.Split('\n').Where(line => line.Length > 40)];
}
