using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.Data.Repositories;
using Sarif = Sentinel.Tests.Scanning.Imports.Sarif;

namespace Sentinel.Tests.Api.Imports;

public sealed class CreateImportTests
{
    private const string Place = "?ref=refs/heads/main&commit=1111111111111111111111111111111111111111";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_Sarif_QueuesAScanAndSaysWhatWasRead(bool gzip)
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var repository = await AddRepositoryAsync(api);
        var secret = $"token-{Guid.NewGuid():N}";
        var sarif = Sarif.Run("Gitleaks", Sarif.Result("key", "a.ini", 1, secret) + "," + Sarif.With(Sarif.Result("key", "b.ini", 1, secret), """{"kind":"pass"}"""));

        using var response = await client.PostAsync(Url(repository, "&category=back"), Body(sarif, gzip), Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var accepted = (await response.Content.ReadFromJsonAsync<ImportAccepted>(SentinelJson.Options, Cancellation))!;
        Assert.Equal(new ImportedTool("Gitleaks", "1.2.3", "sarif/gitleaks/back", 1, 1, 0), Assert.Single(accepted.Tools));
        var detail = await client.GetFromJsonAsync<ScanDetail>($"{ApiRoutes.Scans}/{accepted.ScanId}", SentinelJson.Options, Cancellation);
        Assert.Equal((ScanKind.Import, ScanStatus.Queued, "refs/heads/main", new string('1', 40)), (detail!.Summary.Kind, detail.Summary.Status, detail.Summary.Ref, detail.Summary.CommitSha));
        var content = (await api.QueryAsync(db => db.SarifImports.SingleAsync(Cancellation))).Content!;
        using var unpacked = new StreamReader(new GZipStream(new MemoryStream(content), CompressionMode.Decompress));
        Assert.DoesNotContain(secret, await unpacked.ReadToEndAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("import.requested", await api.QueryAsync(db => db.AuditLog.OrderByDescending(e => e.Id).Select(e => e.Action).FirstAsync(Cancellation)));
    }

    [Theory]
    [InlineData("refs/pull/7/merge", "refs/pull/7/head")]
    [InlineData("refs/pull/7/head", "refs/pull/7/head")]
    [InlineData("refs/heads/a/b", "refs/heads/a/b")]
    public async Task Post_RefOfAWorkflow_IsTheOneThatSentinelKnows(string given, string known)
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var repository = await AddRepositoryAsync(api);

        using var response = await client.PostAsync($"{ApiRoutes.Repositories}/{repository}/imports?ref={given}&commit={new string('1', 40)}", Body(Sarif.Run("x", ""), gzip: false), Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(known, await api.QueryAsync(db => db.Scans.Select(s => s.Ref).SingleAsync(Cancellation)));
    }

    [Fact]
    public async Task Retry_OfAnImportThatEnded_IsRefusedWithTheRemedy()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        using var response = await client.PostAsync(Url(await AddRepositoryAsync(api)), Body(Sarif.Run("x", ""), gzip: false), Cancellation);
        var scan = (await response.Content.ReadFromJsonAsync<ImportAccepted>(SentinelJson.Options, Cancellation))!.ScanId;
        await api.ExecuteAsync("update scans set status = 'Succeeded', completed_at = now()", Cancellation);

        using var retry = await client.PostAsync($"{ApiRoutes.Scans}/{scan}/retry", null, Cancellation);

        Assert.Equal(HttpStatusCode.Conflict, retry.StatusCode);
        Assert.Contains("Import the file again", await retry.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?ref=refs/tags/v1&commit=1111111111111111111111111111111111111111", "ref")]
    [InlineData("?ref=refs/pull/7/other&commit=1111111111111111111111111111111111111111", "ref")]
    [InlineData("?ref=refs/heads/main", "commit")]
    [InlineData("?ref=refs/heads/main&commit=abc", "commit")]
    [InlineData("?commit=1111111111111111111111111111111111111111", "ref")]
    [InlineData("?ref=main&commit=1111111111111111111111111111111111111111", "ref")]
    [InlineData("?ref=refs/heads/a..b&commit=1111111111111111111111111111111111111111", "ref")]
    [InlineData("?ref=refs/heads/main&commit=1111111111111111111111111111111111111111&category=", "category")]
    public async Task Post_PlaceThatIsNone_IsRefusedByName(string place, string field)
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var repository = await AddRepositoryAsync(api);

        using var response = await client.PostAsync($"{ApiRoutes.Repositories}/{repository}/imports{place}", Body(Sarif.Run("x", ""), gzip: false), Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"\"{field}\"", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_BadBodies_AreRefusedWithTheReason()
    {
        await using var api = await ApiServer.StartAsync(Cancellation, "Production");
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var repository = await AddRepositoryAsync(api);
        var falselyPacked = new StringContent("plain", Encoding.UTF8, "application/sarif+json");
        falselyPacked.Headers.ContentEncoding.Add("gzip");
        // 70 MB of blanks pack to 70 KB.
        var bomb = Body(new string(' ', 70 << 20) + Sarif.Run("x", ""), gzip: true);
        var large = Body(Sarif.Run("x", "") + new string(' ', 11 << 20), gzip: false);

        foreach (var (body, status, part) in new (HttpContent, HttpStatusCode, string)[]
        {
            (Body("", gzip: false), HttpStatusCode.BadRequest, "not SARIF"), (Body("{}", gzip: false), HttpStatusCode.BadRequest, "2.1.0"), (falselyPacked, HttpStatusCode.BadRequest, "gzipped"),
            (bomb, HttpStatusCode.RequestEntityTooLarge, "64 MiB"), (large, HttpStatusCode.RequestEntityTooLarge, "10 MiB"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Url(repository)) { Content = body };
            // Else the answer comes while the body is being sent, and is lost with the connection.
            request.Headers.ExpectContinue = true;
            using var response = await client.SendAsync(request, Cancellation);

            Assert.Equal((part, status), (part, response.StatusCode));
            Assert.Contains(part, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }
        Assert.Equal(0, await api.QueryAsync(db => db.Scans.CountAsync(Cancellation)));
    }

    private static string Url(Guid repository, string more = "") => $"{ApiRoutes.Repositories}/{repository}/imports{Place}{more}";

    private static HttpContent Body(string text, bool gzip)
    {
        if (!gzip) return new StringContent(text, Encoding.UTF8, "application/sarif+json");
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Optimal)) stream.Write(Encoding.UTF8.GetBytes(text));
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/sarif+json");
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private static async Task<Guid> AddRepositoryAsync(ApiServer api)
    {
        var now = TimeProvider.System.GetUtcNow();
        var repository = new Repository { FullName = "acme/shop", CloneUrl = "https://github.com/acme/shop.git", CreatedAt = now, UpdatedAt = now };
        await api.QueryAsync(async db =>
        {
            db.Repositories.Add(repository);
            return await db.SaveChangesAsync(Cancellation);
        });
        return repository.Id;
    }
}
