using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Api.Findings;
using Sentinel.Contracts;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Operations;
using Sentinel.Contracts.Overview;
using Sentinel.Contracts.Requests;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.Tests.Api.Webhooks;
using Finding = Sentinel.Data.Findings.Finding;
using FindingEvent = Sentinel.Data.Findings.FindingEvent;
using FindingInstance = Sentinel.Data.Findings.FindingInstance;

namespace Sentinel.Tests.Api.Findings;

public sealed class FindingsApiTests
{
    private static readonly JsonSerializerOptions Json = SentinelJson.Options;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_FiltersAndPages_WorstFirst()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Viewer, Cancellation);
        foreach (var severity in Enum.GetValues<Severity>())
        {
            for (var i = 0; i < 3; i++) await AddAsync(api, severity, $"src/{severity}_{i}.cs");
        }

        var seen = new List<FindingSummary>();
        string? after = null;
        do
        {
            var page = await client.GetFromJsonAsync<Page<FindingSummary>>($"{ApiRoutes.Findings}?limit=4&after={after}", Json, Cancellation);
            seen.AddRange(page!.Items);
            after = page.Next;
        }
        while (after is not null);
        var two = await client.GetFromJsonAsync<Page<FindingSummary>>($"{ApiRoutes.Findings}?severity=High&severity=Low&state=Open", Json, Cancellation);
        var text = await client.GetFromJsonAsync<Page<FindingSummary>>($"{ApiRoutes.Findings}?q=HIGH_1", Json, Cancellation);
        var none = await client.GetFromJsonAsync<Page<FindingSummary>>($"{ApiRoutes.Findings}?category=Workflow", Json, Cancellation);

        Assert.Equal(15, seen.Select(finding => finding.Id).Distinct().Count());
        Assert.Equal(seen.Select(finding => finding.Severity).OrderDescending(), seen.Select(finding => finding.Severity));
        Assert.Equal([Severity.High, Severity.Low], two!.Items.Select(finding => finding.Severity).Distinct());
        Assert.Equal("src/High_1.cs", Assert.Single(text!.Items).Path);
        Assert.Empty(none!.Items);
    }

    [Fact]
    public async Task DismissAndReopen_AreDecisionsOfAPerson()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var finding = await AddAsync(api, Severity.High, "a.cs");
        var dismiss = new DismissRequest(DismissReason.AcceptedRisk, "Behind the firewall.", null);

        using var empty = await client.PostAsJsonAsync($"{ApiRoutes.Findings}/{finding.Id}/dismiss", dismiss with { Justification = " " }, Json, Cancellation);
        using var past = await client.PostAsJsonAsync($"{ApiRoutes.Findings}/{finding.Id}/dismiss", dismiss with { ExpiresAt = DateTimeOffset.UnixEpoch }, Json, Cancellation);
        using var done = await client.PostAsJsonAsync($"{ApiRoutes.Findings}/{finding.Id}/dismiss", dismiss, Json, Cancellation);
        using var twice = await client.PostAsJsonAsync($"{ApiRoutes.Findings}/{finding.Id}/dismiss", dismiss, Json, Cancellation);
        var dismissed = await client.GetFromJsonAsync<FindingDetail>($"{ApiRoutes.Findings}/{finding.Id}", Json, Cancellation);
        using var back = await client.PostAsJsonAsync($"{ApiRoutes.Findings}/{finding.Id}/reopen", new ReopenRequest("The firewall is gone."), Json, Cancellation);
        var reopened = await back.Content.ReadFromJsonAsync<FindingDetail>(Json, Cancellation);

        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.OK),
            (empty.StatusCode, past.StatusCode, done.StatusCode, twice.StatusCode, back.StatusCode));
        Assert.Equal((FindingState.Dismissed, "test-Triager"), (dismissed!.State, dismissed.Dismissal!.By));
        Assert.Equal((FindingState.Reopened, null), (reopened!.State, reopened.Dismissal));
        Assert.Equal(
            [(FindingEventKind.Opened, FindingCause.Code), (FindingEventKind.Dismissed, FindingCause.Person), (FindingEventKind.Undismissed, FindingCause.Person)],
            reopened.Events.Select(item => (item.Kind, item.Cause)));
        Assert.Equal(["finding.dismissed", "finding.reopened"], await api.QueryAsync(db => db.AuditLog.OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancellation)));
    }

    [Fact]
    public async Task Dismissal_WhoseTimeIsOver_IsTakenBack()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var present = await AddAsync(api, Severity.High, "a.cs");
        var gone = await AddAsync(api, Severity.High, "b.cs");
        var lasting = await AddAsync(api, Severity.High, "c.cs");
        foreach (var finding in new[] { present, gone, lasting })
        {
            using var done = await client.PostAsJsonAsync(
                $"{ApiRoutes.Findings}/{finding.Id}/dismiss", new DismissRequest(DismissReason.AcceptedRisk, "For now.", TimeProvider.System.GetUtcNow().AddDays(1)), Json, Cancellation);
            done.EnsureSuccessStatusCode();
        }
        await api.ExecuteAsync($"update findings set dismiss_expires_at = now() - interval '1 second' where id in ('{present.Id}', '{gone.Id}')", Cancellation);
        await api.ExecuteAsync($"update finding_instances set present = false where finding_id = '{gone.Id}'", Cancellation);

        // The service itself may have been first.
        Assert.InRange(await api.Services.GetRequiredService<DismissalExpiry>().ExpireAsync(Cancellation), 0, 2);

        var states = await api.QueryAsync(db => db.Findings.OrderBy(f => f.Path).Select(f => f.State).ToListAsync(Cancellation));
        Assert.Equal([FindingState.Reopened, FindingState.Fixed, FindingState.Dismissed], states);
        var last = await api.QueryAsync(db => db.FindingEvents.Where(e => e.FindingId == present.Id).OrderBy(e => e.Id).LastAsync(Cancellation));
        Assert.Equal((FindingEventKind.Undismissed, FindingCause.Person, "sentinel"), (last.Kind, last.Cause, last.Actor));
    }

    [Fact]
    public async Task Dismissal_OfThePolicyWhoseTimeIsOver_IsTakenBackByTheConfiguration()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        var finding = await AddAsync(api, Severity.High, "a.cs");
        await api.ExecuteAsync($"update findings set state = 'Dismissed', dismissed_by = '{Finding.Policy}', dismiss_expires_at = now() - interval '1 second' where id = '{finding.Id}'", Cancellation);

        Assert.InRange(await api.Services.GetRequiredService<DismissalExpiry>().ExpireAsync(Cancellation), 0, 1);

        var last = await api.QueryAsync(db => db.FindingEvents.Where(e => e.FindingId == finding.Id).OrderBy(e => e.Id).LastAsync(Cancellation));
        Assert.Equal((FindingEventKind.Undismissed, FindingCause.Configuration, "The suppression ended."), (last.Kind, last.Cause, last.Detail));
    }

    [Fact]
    public async Task Explanation_AskedTwice_IsOneMessageAndPending()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var finding = await AddAsync(api, Severity.High, "a.cs");
        var path = $"{ApiRoutes.Findings}/{finding.Id}/explanation";

        using var before = await client.GetAsync(path, Cancellation);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var response = await client.PostAsync(path, null, Cancellation);
            return response.StatusCode;
        }));
        var explanation = await client.GetFromJsonAsync<Explanation>(path, Json, Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer));
        Assert.Equal(ExplanationStatus.Pending, explanation!.Status);
        Assert.Equal(1, await api.QueryAsync(db => db.Outbox.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Overview_Operations_Journey_TellWhatHappened()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Viewer, Cancellation);
        await AddAsync(api, Severity.Critical, "a.cs");
        var push = WebhookPayloadTests.BranchPush(new string('a', 40), new string('b', 40));
        using var response = await push.PostAsync(api.Anonymous, Cancellation);
        var requestId = response.Headers.GetValues("X-Request-ID").Single();

        var overview = await client.GetFromJsonAsync<OverviewResponse>(ApiRoutes.Overview, Json, Cancellation);
        var operations = await client.GetFromJsonAsync<OperationsSnapshot>(ApiRoutes.Operations, Json, Cancellation);
        var journey = await client.GetFromJsonAsync<RequestJourney>($"/api/requests/{requestId}", Json, Cancellation);
        using var missing = await client.GetAsync($"{ApiRoutes.Requests}/nobody", Cancellation);

        Assert.Equal((2, 1, 1, 30, 1), (overview!.Repositories, overview.Open.Critical, overview.OpenedLast7Days, overview.Trend.Count, overview.Trend[^1].Open));
        Assert.Equal(["never-scanned", "never-scanned"], overview.CoverageGaps.Select(gap => gap.Kind));
        Assert.Equal((1, 0), (operations!.Deliveries.Accepted, operations.Deliveries.Failed));
        Assert.Equal(["delivery", "queue"], journey!.Steps.Select(step => step.Kind));
        Assert.Null(journey.EndedAt);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task PullRequestClosedUnmerged_ClosesWhatStoodOnlyThere()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Viewer, Cancellation);
        using var opened = await WebhookPayloadTests.Real("pull_request/opened").PostAsync(api.Anonymous, Cancellation);
        var repository = await api.QueryAsync(db => db.Repositories.Select(row => row.Id).SingleAsync(Cancellation));
        var only = await AddAsync(api, Severity.High, "only.cs", repository, "refs/pull/2/head");
        var both = await AddAsync(api, Severity.High, "both.cs", repository, "refs/pull/2/head", "refs/heads/main");

        using var closed = await WebhookPayloadTests.Real("pull_request/closed").PostAsync(api.Anonymous, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, closed.StatusCode);
        var gone = await client.GetFromJsonAsync<FindingDetail>($"{ApiRoutes.Findings}/{only.Id}", Json, Cancellation);
        var stays = await client.GetFromJsonAsync<FindingDetail>($"{ApiRoutes.Findings}/{both.Id}", Json, Cancellation);
        Assert.Equal((FindingState.Fixed, FindingCause.Code), (gone!.State, gone.Events[^1].Cause));
        Assert.Equal(FindingState.Open, stays!.State);
        Assert.Equal(["refs/heads/main"], stays.Instances.Where(instance => instance.Present).Select(instance => instance.Ref));
    }

    [Fact]
    public async Task AttestRotation_OfASecretThatLeftTheCode_ClosesItAndCanBeTakenBack()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var code = await AddAsync(api, Severity.High, "code.cs");
        var secret = await AddAsync(api, Severity.High, "settings.ini");
        await api.ExecuteAsync(
            $"update findings set category = 'Secret', state = 'Removed', first_seen_at = now() - interval '1 hour' where id = '{secret.Id}'", Cancellation);
        await api.ExecuteAsync($"update finding_instances set present = false where finding_id = '{secret.Id}'", Cancellation);
        var path = $"{ApiRoutes.Findings}/{secret.Id}";
        var open = (await client.GetFromJsonAsync<OverviewResponse>(ApiRoutes.Overview, Json, Cancellation))!.Open.Total;
        var before = await client.GetFromJsonAsync<FindingDetail>(path, Json, Cancellation);

        using var empty = await client.PostAsJsonAsync($"{path}/attest-rotation", new AttestRotationRequest(" "), Json, Cancellation);
        using var wrong = await client.PostAsJsonAsync($"{ApiRoutes.Findings}/{code.Id}/attest-rotation", new AttestRotationRequest("Done."), Json, Cancellation);
        using var done = await client.PostAsJsonAsync($"{path}/attest-rotation", new AttestRotationRequest("New key in the vault."), Json, Cancellation);
        using var twice = await client.PostAsJsonAsync($"{path}/attest-rotation", new AttestRotationRequest("Again."), Json, Cancellation);
        var rotated = await client.GetFromJsonAsync<FindingDetail>(path, Json, Cancellation);
        var listed = await client.GetFromJsonAsync<Page<FindingSummary>>($"{ApiRoutes.Findings}?category=Secret", Json, Cancellation);
        using var back = await client.PostAsJsonAsync($"{path}/reopen", new ReopenRequest("It still works."), Json, Cancellation);
        var again = await back.Content.ReadFromJsonAsync<FindingDetail>(Json, Cancellation);

        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.Conflict, HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.OK),
            (empty.StatusCode, wrong.StatusCode, done.StatusCode, twice.StatusCode, back.StatusCode));
        // What left the code but was not rotated is work like any other.
        Assert.Equal(2, open);
        Assert.Equal((null, null), (before!.Exposure!.ExposedUntil, before.Exposure.Rotation));
        Assert.InRange(before.Exposure.MinutesExposed, 60, 65);
        Assert.Equal((FindingState.Fixed, RotationProof.Attested, "test-Triager", "New key in the vault."), (rotated!.State, rotated.Exposure!.Rotation, rotated.Exposure.RotatedBy, rotated.Exposure.RotationNote));
        Assert.NotNull(rotated.Exposure.ExposedUntil);
        Assert.Equal((FindingEventKind.Fixed, FindingCause.Person, "test-Triager"), (rotated.Events[^1].Kind, rotated.Events[^1].Cause, rotated.Events[^1].Actor));
        Assert.InRange(Assert.Single(listed!.Items).MinutesExposed!.Value, 60, 65);
        Assert.Equal((FindingState.Removed, null), (again!.State, again.Exposure!.Rotation));
        Assert.Equal(
            ["finding.rotation-attested", "finding.reopened"], await api.QueryAsync(db => db.AuditLog.OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancellation)));
        Assert.Null((await client.GetFromJsonAsync<FindingDetail>($"{ApiRoutes.Findings}/{code.Id}", Json, Cancellation))!.Exposure);
    }

    [Fact]
    public async Task HistoryScan_AskedTwice_IsOneScanInTheBackground()
    {
        await using var api = await ApiServer.StartAsync(Cancellation);
        using var client = await api.AsAsync(Role.Triager, Cancellation);
        var repository = (await AddAsync(api, Severity.Low, "a.cs")).RepositoryId;

        using var first = await client.PostAsync($"{ApiRoutes.Repositories}/{repository}/history-scans", null, Cancellation);
        using var second = await client.PostAsync($"{ApiRoutes.Repositories}/{repository}/history-scans", null, Cancellation);
        using var unknown = await client.PostAsync($"{ApiRoutes.Repositories}/{Guid.NewGuid()}/history-scans", null, Cancellation);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.NotFound), (first.StatusCode, second.StatusCode, unknown.StatusCode));
        var scan = await api.QueryAsync(db => db.Scans.SingleAsync(Cancellation));
        Assert.Equal((ScanKind.History, ScanLane.Background, ScanStatus.Queued), (scan.Kind, scan.Lane, scan.Status));
        Assert.Equal($"{ApiRoutes.Scans}/{scan.Id}", second.Headers.Location?.ToString());
    }

    private static async Task<Finding> AddAsync(ApiServer api, Severity severity, string path, Guid? repositoryId = null, params string[] refs)
    {
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContextAsync(Cancellation);
        var now = TimeProvider.System.GetUtcNow();
        if (repositoryId is null)
        {
            var repository = await db.Repositories.FirstOrDefaultAsync(Cancellation)
                ?? db.Repositories.Add(new() { FullName = "o/r", CloneUrl = "https://github.com/o/r.git", CreatedAt = now, UpdatedAt = now }).Entity;
            repositoryId = repository.Id;
        }

        var finding = new Finding
        {
            RepositoryId = repositoryId.Value,
            Fingerprint = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(path))),
            Ordinal = 0,
            RuleId = "test-rule",
            AnalyzerIds = ["test/analyzer"],
            Category = FindingCategory.Code,
            Severity = severity,
            Confidence = Confidence.High,
            Title = "A defect",
            Message = "It is one.",
            Path = path,
            StartLine = 1,
            StartColumn = 1,
            EndLine = 1,
            EndColumn = 5,
            Snippet = "code",
            SnippetStartLine = 1,
            FirstSeenAt = now,
            LastSeenAt = now,
            LastScanId = Guid.NewGuid(),
        };
        db.Findings.Add(finding);
        db.FindingEvents.Add(new FindingEvent
        {
            FindingId = finding.Id,
            RepositoryId = finding.RepositoryId,
            At = now,
            Kind = FindingEventKind.Opened,
            ToState = FindingState.Open,
            Cause = FindingCause.Code,
        });
        foreach (var gitRef in refs.Length == 0 ? ["refs/heads/main"] : refs)
        {
            db.FindingInstances.Add(new FindingInstance
            {
                FindingId = finding.Id,
                Ref = gitRef,
                RepositoryId = finding.RepositoryId,
                Path = path,
                StartLine = 1,
                StartColumn = 1,
                EndLine = 1,
                EndColumn = 5,
                BlobSha = new string('1', 40),
                CommitSha = new string('2', 40),
                ScanId = finding.LastScanId,
                Present = true,
                Places = [],
                UpdatedAt = now,
            });
        }

        await db.SaveChangesAsync(Cancellation);
        return finding;
    }
}
