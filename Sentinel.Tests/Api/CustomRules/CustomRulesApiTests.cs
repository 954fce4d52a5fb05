using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Rules;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Tests.Api.CustomRules;

public sealed class CustomRulesApiTests
{
    private const string Rule = $"{ApiRoutes.CustomRules}/custom-acme-token";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rule_FromFirstVersionToActive_AndOutAgain_IsAudited()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var triager = await api.AsAsync(Role.Triager, Cancellation);
        using var admin = await api.AsAsync(Role.Admin, Cancellation);

        await SaveAsync(triager, CustomRuleCheckerTests.Good);
        await SaveAsync(triager, CustomRuleCheckerTests.Good);
        var second = await SaveAsync(triager, CustomRuleCheckerTests.Good with { Title = "Acme deploy token" });
        Assert.Equal([2, 1], second.Versions.Select(v => v.Version));

        using var untried = await admin.PostAsync($"{Rule}/versions/2/activate", null, Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, untried.StatusCode);
        using var first = await triager.PostAsync($"{Rule}/versions/2/dry-run", null, Cancellation);
        using var again = await triager.PostAsync($"{Rule}/versions/2/dry-run", null, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(
            (await first.Content.ReadFromJsonAsync<DryRun>(SentinelJson.Options, Cancellation))!.Id, (await again.Content.ReadFromJsonAsync<DryRun>(SentinelJson.Options, Cancellation))!.Id);
        await api.ExecuteAsync("update custom_rule_dry_runs set status = 'Done'", Cancellation);
        using var activated = await admin.PostAsync($"{Rule}/versions/2/activate", null, Cancellation);
        Assert.Equal(2, (await activated.Content.ReadFromJsonAsync<CustomRuleDetail>(SentinelJson.Options, Cancellation))!.Summary.ActiveVersion);
        var listed = (await triager.GetFromJsonAsync<List<RuleSummary>>(ApiRoutes.Rules, SentinelJson.Options, Cancellation))!.Single(r => r.Id == "custom-acme-token");
        Assert.Equal("Acme deploy token", listed.Title);
        Assert.Equal("Acme deploy token", (await triager.GetFromJsonAsync<RuleSummary>($"{ApiRoutes.Rules}/custom-acme-token", SentinelJson.Options, Cancellation))!.Title);

        using var taken = await admin.PostAsync($"{Rule}/deactivate", null, Cancellation);
        Assert.Null((await taken.Content.ReadFromJsonAsync<CustomRuleDetail>(SentinelJson.Options, Cancellation))!.Summary.ActiveVersion);
        Assert.Equal(
            ["custom-rule.saved", "custom-rule.saved", "custom-rule.dry-run", "custom-rule.activated", "custom-rule.deactivated"],
            await api.QueryAsync(db => db.AuditLog.Where(a => a.SubjectType == "custom-rule").OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Cancellation)));
    }

    [Fact]
    public async Task Save_WithFaults_StoresNothingAndNamesThem()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var triager = await api.AsAsync(Role.Triager, Cancellation);

        using var answer = await triager.PostAsJsonAsync(ApiRoutes.CustomRules, CustomRuleCheckerTests.Good with { Id = "acme", Keywords = [] }, SentinelJson.Options, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(2, (await answer.Content.ReadFromJsonAsync<ValidationProblemDetails>(Cancellation))!.Errors["definition"].Length);
        Assert.Equal(0, await api.QueryAsync(db => db.CustomRules.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Check_TextIsTried_AndStoredNowhere()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var triager = await api.AsAsync(Role.Triager, Cancellation);
        var value = Sentinel.Scanning.SampleExpander.Expand("acme_<alnum:32>", "check");

        using var answer = await triager.PostAsJsonAsync($"{ApiRoutes.CustomRules}/check", new CheckCustomRuleRequest(CustomRuleCheckerTests.Good, $"x = {value}"), SentinelJson.Options, Cancellation);

        Assert.Equal(1, (await answer.Content.ReadFromJsonAsync<CustomRuleCheck>(SentinelJson.Options, Cancellation))!.Matches.Single().Line);
        Assert.Equal(0, await api.QueryAsync(db => db.CustomRuleVersions.CountAsync(Cancellation)));
        Assert.Equal(0, await api.QueryAsync(db => db.AuditLog.CountAsync(a => a.SubjectType == "custom-rule", Cancellation)));
    }

    private static async Task<CustomRuleDetail> SaveAsync(HttpClient client, CustomRuleDefinition definition)
    {
        using var answer = await client.PostAsJsonAsync(ApiRoutes.CustomRules, definition, SentinelJson.Options, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<CustomRuleDetail>(SentinelJson.Options, Cancellation))!;
    }
}
