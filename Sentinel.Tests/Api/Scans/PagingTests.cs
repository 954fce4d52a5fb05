using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Repositories;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Api.Scans;

public sealed class PagingTests
{
    private static readonly JsonSerializerOptions Json = SentinelJson.Options;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_WalkedWhileRowsArrive_NeitherSkipNorRepeat()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        for (var i = 0; i < 7; i++) await CreateAsync(client, i);
        var all = await api.QueryAsync(db => db.Scans.OrderByDescending(scan => scan.Id).Select(scan => scan.Id).ToListAsync(Cancellation));

        var seen = new List<Guid>();
        string? after = null;
        do
        {
            var page = await client.GetFromJsonAsync<Page<ScanSummary>>($"{ApiRoutes.Scans}?limit=3&after={after}", Json, Cancellation);
            seen.AddRange(page!.Items.Select(scan => scan.Id));
            after = page.Next;
            await CreateAsync(client, 100 + seen.Count);
        }
        while (after is not null);

        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task Repositories_ArePagedByNameAndSearched()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        for (var i = 0; i < 5; i++) await CreateAsync(client, i);

        var first = await client.GetFromJsonAsync<Page<RepositorySummary>>($"{ApiRoutes.Repositories}?limit=3", Json, Cancellation);
        var second = await client.GetFromJsonAsync<Page<RepositorySummary>>($"{ApiRoutes.Repositories}?limit=3&after={first!.Next}", Json, Cancellation);
        var found = await client.GetFromJsonAsync<Page<RepositorySummary>>($"{ApiRoutes.Repositories}?q=NAME-3", Json, Cancellation);
        var literal = await client.GetFromJsonAsync<Page<RepositorySummary>>($"{ApiRoutes.Repositories}?q=%25", Json, Cancellation);

        Assert.Equal(["owner/name-0", "owner/name-1", "owner/name-2", "owner/name-3", "owner/name-4"], first.Items.Concat(second!.Items).Select(row => row.FullName));
        Assert.Null(second.Next);
        Assert.Equal("owner/name-3", Assert.Single(found!.Items).FullName);
        Assert.Empty(literal!.Items);
        Assert.Equal(ScanStatus.Queued, found.Items[0].LastScan!.Status);
    }

    [Theory]
    [InlineData("scans?limit=0")]
    [InlineData("scans?limit=201")]
    [InlineData("scans?after=nonsense")]
    [InlineData("scans?after=eyJJZCI6MX0")]
    [InlineData("findings?limit=1000")]
    [InlineData("findings?after=bnVsbA")]
    [InlineData("findings?state=Sideways")]
    [InlineData("repositories?after=e30")]
    public async Task List_OutOfRange_Is400(string query)
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Viewer, Cancellation);

        using var response = await client.GetAsync("/api/v1/" + query, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    private static async Task CreateAsync(HttpClient client, int i)
    {
        using var response = await client.PostAsJsonAsync(ApiRoutes.Scans, new { url = $"https://github.com/owner/name-{i}" }, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }
}
