using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.Noise;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Api.Noise;

public sealed class NoiseApiTests
{
    private static readonly Guid Repository = Guid.CreateVersion7();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, 0, 12, CommentState.DashboardOnly)]
    [InlineData(null, 2, 10, CommentState.Speaks)]
    [InlineData(null, 0, 9, CommentState.Speaks)]
    [InlineData(50, 5, 7, CommentState.DashboardOnly)]
    [InlineData(0, 0, 12, CommentState.Speaks)]
    public async Task List_FiguresAndPolicy_GiveTheState(int? minimum, int actedOn, int not, CommentState state)
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        await api.ExecuteAsync(Seed(minimum, actedOn, not), Cancellation);
        using var viewer = await api.AsAsync(Role.Viewer, Cancellation);

        var row = Assert.Single(await ListAsync(viewer, $"?repositoryId={Repository}"));

        Assert.Equal(("acme/shop", "noisy", actedOn + not, actedOn, not, state), (row.RepositoryName, row.RuleId, row.Told, row.ActedOn, row.NotActedOn, row.State));
        Assert.Equal(((double)actedOn / (actedOn + not), (minimum ?? 10) / 100.0), (row.Rate!.Value, row.Minimum));
        Assert.NotNull(row.LastEndedAt);
        Assert.Single(await ListAsync(viewer, "?ruleId=noisy"));
        Assert.Empty(await ListAsync(viewer, "?ruleId=other"));
        Assert.Empty(await ListAsync(viewer, $"?repositoryId={Guid.NewGuid()}"));
    }

    [Fact]
    public async Task Set_AlwaysAndBack_IsStoredAndAuditedOnceEach()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        await api.ExecuteAsync(Seed(null, 0, 12), Cancellation);
        using var triager = await api.AsAsync(Role.Triager, Cancellation);

        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.NoContent, await SetAsync(triager, Repository, new("noisy", true)));
        var always = Assert.Single(await ListAsync(triager, ""));
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.NoContent, await SetAsync(triager, Repository, new("noisy", false)));
        var back = Assert.Single(await ListAsync(triager, ""));

        Assert.Equal((CommentState.Always, "test-Triager", true), (always.State, always.AlwaysBy, always.AlwaysSince is not null));
        Assert.Equal((CommentState.DashboardOnly, null, null), (back.State, back.AlwaysBy, back.AlwaysSince));
        Assert.Equal(
            ["rule.comments-always", "rule.comments-automatic"],
            await api.QueryAsync(db => db.AuditLog.Where(a => a.SubjectId == $"{Repository}").OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Cancellation)));
    }

    [Fact]
    public async Task Set_WhatIsNotThere_IsRefused()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        await api.ExecuteAsync(Seed(null, 0, 1), Cancellation);
        using var triager = await api.AsAsync(Role.Triager, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, await SetAsync(triager, Guid.NewGuid(), new("noisy", true)));
        Assert.Equal(HttpStatusCode.NotFound, await SetAsync(triager, Repository, new("other", true)));
        foreach (var rule in new[] { null, "", new string('x', 201), "a\0b" }) Assert.Equal(HttpStatusCode.BadRequest, await SetAsync(triager, Repository, new(rule, true)));
        Assert.Equal(0, await api.QueryAsync(db => db.RuleCommentSettings.CountAsync(Cancellation)));
    }

    private static async Task<List<RuleNoise>> ListAsync(HttpClient client, string query) =>
        (await client.GetFromJsonAsync<List<RuleNoise>>(ApiRoutes.Noise + query, SentinelJson.Options, Cancellation))!;

    private static async Task<HttpStatusCode> SetAsync(HttpClient client, Guid repository, SetRuleCommentsRequest request)
    {
        using var answer = await client.PostAsJsonAsync($"{ApiRoutes.Noise}/{repository}", request, SentinelJson.Options, Cancellation);
        return answer.StatusCode;
    }

    // One merged pull request at which so many findings were told, of which the first went.
    private static string Seed(int? minimum, int actedOn, int not) =>
        $"""
        insert into repositories (id, full_name, clone_url, private, archived, created_at, updated_at, minimum_acted_on)
        values ('{Repository}', 'acme/shop', 'https://github.example/acme/shop', false, false, now(), now(), {(minimum is { } value ? $"{value}" : "null")});
        insert into findings (id, repository_id, fingerprint, ordinal, rule_id, analyzer_ids, category, severity, confidence, title, message, state, path,
          start_line, start_column, end_line, end_column, snippet, snippet_start_line, first_seen_at, last_seen_at, last_scan_id)
        select gen_random_uuid(), '{Repository}', lpad(n::text, 64, '0'), n, 'noisy', array['x'], 'Code', 'Medium', 'High', 't', 'm', 'Open', 'p', 1, 1, 1, 1, '', 1, now(), now(), gen_random_uuid()
        from generate_series(1, {actedOn + not}) n;
        insert into pull_requests (repository_id, number, state, head_sha, head_ref, base_sha, base_ref, draft, from_fork, author_login, title, updated_at)
        values ('{Repository}', 1, 'Merged', repeat('1', 40), 'h', repeat('2', 40), 'main', false, false, 'a', 't', now());
        insert into pull_request_findings (repository_id, pull_request_number, number, finding_id, standing)
        select repository_id, 1, ordinal, id, ordinal > {actedOn} from findings
        """;
}
