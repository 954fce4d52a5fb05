using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Liveness;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Api.Liveness;

public sealed class LivenessApiTests
{
    private const string AddProvider = """
        insert into liveness_providers (id, name, host, request, documentation, rule_ids, enabled, updated_at)
        values ('github', 'GitHub', 'api.github.com', 'GET https://api.github.com/user', 'https://docs.github.com', array['github-pat'], false, now())
        """;

    private static readonly Guid Finding = Guid.CreateVersion7();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Providers_WhenNobodyDecided_AreAllOff()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        await api.ExecuteAsync(AddProvider, Cancellation);
        using var viewer = await api.AsAsync(Role.Viewer, Cancellation);

        var provider = Assert.Single((await viewer.GetFromJsonAsync<List<LivenessProvider>>(ApiRoutes.Liveness, SentinelJson.Options, Cancellation))!);

        Assert.Equal(("github", false, (string?)null), (provider.Id, provider.Enabled, provider.ChangedBy));
    }

    [Fact]
    public async Task Switch_ByAnAdministrator_IsStoredAndAuditedOnce()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        await api.ExecuteAsync(AddProvider, Cancellation);
        using var admin = await api.AsAsync(Role.Admin, Cancellation);

        for (var i = 0; i < 2; i++)
        {
            using var answer = await admin.PostAsJsonAsync($"{ApiRoutes.Liveness}/github", new SwitchLivenessRequest(true), SentinelJson.Options, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        using var unknown = await admin.PostAsJsonAsync($"{ApiRoutes.Liveness}/nobody", new SwitchLivenessRequest(true), SentinelJson.Options, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        var provider = await api.QueryAsync(db => db.LivenessProviders.SingleAsync(Cancellation));
        Assert.Equal((true, "test-Admin"), (provider.Enabled, provider.ChangedBy));
        Assert.Equal("liveness.enabled github", await api.QueryAsync(db => db.AuditLog.Where(a => a.SubjectType == "liveness-provider").Select(a => a.Action + " " + a.SubjectId).SingleAsync(Cancellation)));
    }

    [Fact]
    public async Task CheckNow_ProviderOff_IsAConflict_AndOn_MakesTheCheckDue()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        await api.ExecuteAsync(AddProvider, Cancellation);
        await api.ExecuteAsync(AddFinding(), Cancellation);
        using var triager = await api.AsAsync(Role.Triager, Cancellation);

        using var off = await triager.PostAsync($"{ApiRoutes.Findings}/{Finding}/check-liveness", null, Cancellation);
        await api.ExecuteAsync("update liveness_providers set enabled = true", Cancellation);
        using var on = await triager.PostAsync($"{ApiRoutes.Findings}/{Finding}/check-liveness", null, Cancellation);
        using var missing = await triager.PostAsync($"{ApiRoutes.Findings}/{Guid.NewGuid()}/check-liveness", null, Cancellation);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Accepted, HttpStatusCode.NotFound), (off.StatusCode, on.StatusCode, missing.StatusCode));
        Assert.Equal(1, await api.QueryAsync(db => db.SecretLiveness.CountAsync(l => l.ProviderId == "github" && l.NextCheckAt <= TimeProvider.System.GetUtcNow(), Cancellation)));
    }

    private static string AddFinding() => $"""
        with r as (insert into repositories (id, full_name, clone_url, private, archived, created_at, updated_at)
          values (gen_random_uuid(), 'acme/api', 'https://github.com/acme/api.git', false, false, now(), now()) returning id)
        insert into findings (id, repository_id, fingerprint, ordinal, rule_id, analyzer_ids, category, severity, confidence, title, message, state, path,
          start_line, start_column, end_line, end_column, snippet, snippet_start_line, first_seen_at, last_seen_at, last_scan_id)
        select '{Finding}', id, repeat('a', 64), 0, 'github-pat', array['secrets/patterns'], 'Secret', 'High', 'High', 't', 'm', 'Open', 'p', 1, 1, 1, 2, '', 1, now(), now(), gen_random_uuid() from r
        """;
}
