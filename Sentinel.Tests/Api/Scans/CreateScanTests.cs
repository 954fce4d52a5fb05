using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Api.Scans;

public sealed class CreateScanTests
{
    private static readonly JsonSerializerOptions Json = SentinelJson.Options;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string?> RefusedUrls { get; } =
    [
        "", "   ", "github.com/owner/name", "ssh://git@github.com/owner/name", "git@github.com:owner/name.git", "ftp://github.com/a/b",
        "http://github.com/owner/name", "http://gitlab.com/owner/name", "https://user:secret@github.com/owner/name", "https://token@github.com/owner/name",
        "https://github.com/", "https://github.com/owner/name?x=1", "https://github.com/owner/name#x", "https://github.com/ow ner/name",
        "https://github.com/owner/na\nme", "https://github.com/owner/na\u0000me", "--upload-pack=touch /tmp/x", "-oProxyCommand=x", "ext::sh -c id",
        "file:///etc", "/etc", "\\\\host\\share",
        "https://localhost/owner/name", "https://127.0.0.1/owner/name", "https://127.1/owner/name", "https://2130706433/owner/name", "https://0x7f000001/a/b",
        "https://0.0.0.0/a/b", "https://10.1.2.3/a/b", "https://172.16.0.1/a/b", "https://192.168.1.1/a/b", "https://169.254.169.254/latest", "https://100.64.0.1/a",
        "https://[::1]/a/b", "https://[::]/a/b", "https://[::ffff:127.0.0.1]/a/b", "https://[fd00::1]/a/b", "https://[fe80::1]/a/b", "https://[64:ff9b::7f00:1]/a/b",
        "https://metadata.google.internal/a", "https://router.local/a/b", "https://intranet/a/b", "https://foo.localhost/a/b", "https://127.0.0.1./a/b",
    ];

    [Fact]
    public async Task Post_RefusedUrls_AreRefusedWithAReason()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        foreach (var row in RefusedUrls)
        {
            using var response = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = row.Data }, Cancellation);

            Assert.Equal((row.Data, HttpStatusCode.BadRequest), (row.Data, response.StatusCode));
            var problem = await response.Content.ReadFromJsonAsync<ValidationProblemDetails>(Cancellation);
            Assert.Equal((row.Data, "urn:sentinel:problem:refused-url"), (row.Data, problem!.Type));
            Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        Assert.Equal(0, await api.QueryAsync(db => db.Repositories.CountAsync(Cancellation)));
    }

    [Theory]
    [InlineData("https://github.com/owner/name", "https://github.com/owner/name.git", "owner/name")]
    [InlineData(" https://github.com/owner/name/ ", "https://github.com/owner/name.git", "owner/name")]
    [InlineData("https://GitHub.com/owner/name.git", "https://github.com/owner/name.git", "owner/name")]
    [InlineData("https://gitlab.com/group/sub/name", "https://gitlab.com/group/sub/name", "gitlab.com/group/sub/name")]
    [InlineData("https://git.example.com:8443/x.git", "https://git.example.com:8443/x.git", "git.example.com:8443/x")]
    [InlineData("https://git.inside.internal/x.git", "https://git.inside.internal/x.git", "git.inside.internal/x")]
    [InlineData("http://10.0.0.5:3000/a/b.git", "http://10.0.0.5:3000/a/b.git", "10.0.0.5:3000/a/b")]
    public async Task Post_AllowedUrl_QueuesAScan(string url, string cloneUrl, string fullName)
    {
        var settings = new Dictionary<string, string?> { ["SENTINEL_GIT_ALLOWED_HOSTS"] = "git.inside.internal, 10.0.0.5:3000" };
        await using var api = await ApiServer.StartAsync(Cancellation, "Production", settings: settings);
        using var client = await api.AsAsync(Role.Triager, Cancellation);

        using var response = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url, @ref = "main" }, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var accepted = await response.Content.ReadFromJsonAsync<ScanAccepted>(Json, Cancellation);
        var detail = await client.GetFromJsonAsync<ScanDetail>($"{ApiRoutes.Scans}/{accepted!.ScanId}", Json, Cancellation);
        Assert.Equal((ScanStatus.Queued, ScanKind.Manual, "main", fullName), (detail!.Summary.Status, detail.Summary.Kind, detail.Summary.Ref, detail.Summary.RepositoryName));
        Assert.Equal(cloneUrl, await api.QueryAsync(db => db.Repositories.Select(row => row.CloneUrl).SingleAsync(Cancellation)));
        Assert.Equal("scan.requested", await api.QueryAsync(db => db.AuditLog.Select(entry => entry.Action).SingleAsync(Cancellation)));
    }

    [Theory]
    [InlineData("--upload-pack=x")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("HEAD~1")]
    [InlineData("main:secret")]
    [InlineData("a\u0000b")]
    public async Task Post_OddRef_IsRefused(string gitRef)
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);

        using var response = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = "https://github.com/owner/name", @ref = gitRef }, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Post_LocalFolderInDevelopment_IsAccepted()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);

        using var response = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = "/tmp/some folder/../project/" }, Cancellation);
        using var plain = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = "/tmp/folder/../project/" }, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Accepted), (response.StatusCode, plain.StatusCode));
        var repository = await api.QueryAsync(db => db.Repositories.SingleAsync(Cancellation));
        Assert.Equal(("file:///tmp/project", "project"), (repository.CloneUrl, repository.FullName));
    }

    [Fact]
    public async Task Post_SameIdempotencyKey_IsTheSameScan()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        client.DefaultRequestHeaders.Add("Idempotency-Key", "deploy-42");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var response = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = "https://github.com/owner/name" }, Cancellation);
            return (await response.Content.ReadFromJsonAsync<ScanAccepted>(Json, Cancellation))!.ScanId;
        }));
        using var other = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = "https://github.com/owner/other" }, Cancellation);

        Assert.Single(answers.Distinct());
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal(1, await api.QueryAsync(db => db.Scans.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task RetryAndCancel_FollowTheStateOfTheScan()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        using var created = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = "https://github.com/owner/name" }, Cancellation);
        var scan = (await created.Content.ReadFromJsonAsync<ScanAccepted>(Json, Cancellation))!.ScanId;

        using var early = await client.PostAsync($"{ApiRoutes.Scans}/{scan}/retry", null, Cancellation);
        using var cancelled = await client.PostAsync($"{ApiRoutes.Scans}/{scan}/cancel", null, Cancellation);
        using var again = await client.PostAsync($"{ApiRoutes.Scans}/{scan}/cancel", null, Cancellation);
        using var retried = await client.PostAsync($"{ApiRoutes.Scans}/{scan}/retry", null, Cancellation);
        using var missing = await client.PostAsync($"{ApiRoutes.Scans}/{Guid.NewGuid()}/retry", null, Cancellation);

        Assert.Equal(
            (HttpStatusCode.Conflict, HttpStatusCode.Accepted, HttpStatusCode.Conflict, HttpStatusCode.Accepted, HttpStatusCode.NotFound),
            (early.StatusCode, cancelled.StatusCode, again.StatusCode, retried.StatusCode, missing.StatusCode));
        Assert.Equal(ScanStatus.Queued, await api.QueryAsync(db => db.Scans.Select(row => row.Status).SingleAsync(Cancellation)));
    }
}
