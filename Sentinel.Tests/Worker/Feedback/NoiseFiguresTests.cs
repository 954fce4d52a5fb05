using Microsoft.EntityFrameworkCore;
using Npgsql;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Access;
using Sentinel.Data.Feedback;
using Sentinel.Data.Noise;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Worker.Feedback;
using Finding = Sentinel.Data.Findings.Finding;
using FindingEvent = Sentinel.Data.Findings.FindingEvent;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>What counts as acted on, what does not, and what says nothing either way.</summary>
public sealed class NoiseFiguresTests : IAsyncLifetime
{
    private FeedbackBench _bench = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bench = await FeedbackBench.StartAsync();
        await _bench.ScanAsync(null, []);
        await _bench.DrainAsync();
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Figures_PullRequestIsOpen_CountNothing()
    {
        await ToldAsync("a");

        Assert.Null(await FiguresAsync());
    }

    [Theory]
    [InlineData(PullRequestState.Merged)]
    [InlineData(PullRequestState.Closed)]
    public async Task Figures_StillThereAtTheEnd_IsNotActedOn(PullRequestState end)
    {
        await EndAsync((await ToldAsync("a")).Pull, end);

        Assert.Equal((1, 0, 1), await FiguresAsync());
    }

    [Fact]
    public async Task Figures_GoneFromTheLastHead_IsActedOn()
    {
        var (pull, _) = await ToldAsync("a");
        await FixAsync(pull);
        await EndAsync(pull);

        Assert.Equal((1, 1, 0), await FiguresAsync());
    }

    [Fact]
    public async Task Figures_GoneAndBackAgain_IsNotActedOn()
    {
        var (pull, finding) = await ToldAsync("a");
        await FixAsync(pull);
        await _bench.ScanAsync(pull, [finding]);
        await EndAsync(pull);

        Assert.Equal((1, 0, 1), await FiguresAsync());
    }

    [Fact]
    public async Task Figures_ClosedUnmerged_IsNotActedOnAlthoughItsRefIsRetired()
    {
        var (pull, finding) = await ToldAsync("a");
        // As closing does: what stood on the ref is written off with the cause code.
        await ChangeAsync(finding, f => f.State = FindingState.Fixed);
        await EventAsync(finding, FindingCause.Code, scanId: null);
        await EndAsync(pull, PullRequestState.Closed);

        Assert.Equal((1, 0, 1), await FiguresAsync());
    }

    [Fact]
    public async Task Figures_GoneBecauseOfNewerRules_SaysNothingEitherWay()
    {
        var (pull, finding) = await ToldAsync("a");
        var scan = await _bench.QueueAsync(pull);
        await EventAsync(finding, FindingCause.RulePack, scan);
        await _bench.CompleteAsync(scan, [], rules: "rules-2");
        await EndAsync(pull);

        Assert.Equal((1, 0, 0), await FiguresAsync());
    }

    [Theory]
    [InlineData("mira", 0, 1)]
    [InlineData(Finding.Policy, 0, 0)]
    public async Task Figures_Dismissed_CountsOnlyWhatAPersonDecided(string by, int actedOn, int not)
    {
        var (pull, finding) = await ToldAsync("a");
        await ChangeAsync(finding, f => (f.State, f.DismissReason, f.DismissedBy) = (FindingState.Dismissed, DismissReason.FalsePositive, by));
        await EndAsync(pull);

        Assert.Equal((1, actedOn, not), await FiguresAsync());
    }

    [Fact]
    public async Task Figures_SecretWasRotated_IsActedOnThoughItStillStands()
    {
        var (pull, finding) = await ToldAsync("a");
        await using (var database = _bench.Database())
        {
            var exposure = new Sentinel.Data.Exposure.SecretExposure { FindingId = finding.Id, RepositoryId = _bench.Known.Id, UpdatedAt = _bench.Time.GetUtcNow() };
            exposure.Rotate(RotationProof.Attested, "mira", "done", _bench.Time.GetUtcNow());
            database.Add(exposure);
            await database.SaveChangesAsync(Token);
        }
        await EndAsync(pull);

        Assert.Equal((1, 1, 0), await FiguresAsync());
    }

    [Fact]
    public async Task Figures_ToldAtTwoPullRequests_CountsOnceWithItsBestOutcome()
    {
        var (first, finding) = await ToldAsync("a");
        var (second, _) = await ToldAsync("b", finding);
        await FixAsync(second);
        await EndAsync(first);
        await EndAsync(second);

        Assert.Equal((1, 1, 0), await FiguresAsync());
    }

    [Fact]
    public async Task Figures_EndedLongAgo_CountNothing()
    {
        await EndAsync((await ToldAsync("a")).Pull);

        _bench.Time.Advance(NoiseBudget.Window + TimeSpan.FromMinutes(1));

        Assert.Null(await FiguresAsync());
    }

    [Fact]
    public async Task Figures_OfWhomDoesNotSeeTheRepository_AreEmpty()
    {
        await EndAsync((await ToldAsync("a")).Pull);
        await using var database = _bench.Database();
        foreach (var (view, rows) in new[] { (RepositoryView.Nothing, 0), (RepositoryView.Of([Guid.NewGuid()]), 0), (RepositoryView.Of([_bench.Known.Id]), 1), (RepositoryView.All, 1) })
        {
            database.LimitTo(view);
            Assert.Equal(rows, (await NoiseFigures.ReadAsync(database, null, null, _bench.Time.GetUtcNow(), Token)).Count);
            Assert.Equal(rows, (await NoiseFigures.ReadAsync(database, _bench.Known.Id, null, _bench.Time.GetUtcNow(), Token)).Count);
        }
    }

    /// <summary>Each review and each check of a pull request asks this: it must not read the tables of findings and events.</summary>
    [Fact]
    public async Task Figures_OfALargeInstallation_ReadOnlyWhatWasTold()
    {
        await using var database = _bench.Database();
        await database.Database.ExecuteSqlRawAsync(Seed, Token);

        var plan = await ExplainAsync(database);

        Assert.DoesNotMatch("Seq Scan on (findings|finding_events|finding_instances|scan_snapshots|pull_request_findings)", plan);
        TestContext.Current.SendDiagnosticMessage(plan);
        // The other half of the 50 rules told only what is too old.
        Assert.Equal(25, (await NoiseFigures.ReadAsync(database, _bench.Known.Id, null, _bench.Time.GetUtcNow(), Token)).Count);
    }

    // 300,000 findings of 30 repositories with 1,000 pull requests each, half of which ended long ago; all 10,000 of ours were told.
    private string Seed =>
        $"""
        insert into repositories (id, full_name, clone_url, private, archived, created_at, updated_at)
        select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'acme/r' || n, 'https://github.example/r' || n, false, false, now(), now() from generate_series(1, 29) n;
        insert into findings (id, repository_id, fingerprint, ordinal, rule_id, analyzer_ids, category, severity, confidence, title, message, state, path,
          start_line, start_column, end_line, end_column, snippet, snippet_start_line, first_seen_at, last_seen_at, last_scan_id)
        select ('00000000-0000-7000-8001-' || lpad(n::text, 12, '0'))::uuid,
          case when n % 30 = 0 then '{_bench.Known.Id}'::uuid else ('00000000-0000-7000-8000-' || lpad((n % 30)::text, 12, '0'))::uuid end,
          lpad(n::text, 64, '0'), 0, 'rule-' || (n / 30) % 50, array['x'], 'Code', 'Medium', 'High', 't', 'm', 'Open', 'p', 1, 1, 1, 1, '', 1, now(), now(), gen_random_uuid()
        from generate_series(1, 300000) n;
        insert into pull_requests (repository_id, number, state, head_sha, head_ref, base_sha, base_ref, draft, from_fork, author_login, title, updated_at)
        select r.id, 1000 + n, 'Merged', repeat('1', 40), 'h', repeat('2', 40), 'main', false, false, 'a', 't',
          '{_bench.Time.GetUtcNow():O}'::timestamptz - case when n % 2 = 0 then interval '1 day' else interval '200 days' end
        from repositories r, generate_series(1, 1000) n;
        insert into pull_request_findings (repository_id, pull_request_number, number, finding_id, standing)
        select repository_id, 1001 + (row_number() over (partition by repository_id order by id))::int % 1000,
          (row_number() over (partition by repository_id order by id))::int, id, ordinal = 0
        from findings where fingerprint like '%0' or fingerprint like '%5';
        analyze;
        """;

    private async Task<string> ExplainAsync(Sentinel.Data.SentinelDbContext database)
    {
        await database.Database.OpenConnectionAsync(Token);
        await using var command = new NpgsqlCommand("explain (analyze, buffers) " + NoiseFigures.Query, (NpgsqlConnection)database.Database.GetDbConnection());
        foreach (var value in new object[] { _bench.Time.GetUtcNow() - NoiseBudget.Window, _bench.Known.Id }) command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        foreach (var value in new object[] { true, Array.Empty<Guid>(), NoiseFigures.Max }) command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(Token);
        var lines = new List<string>();
        while (await reader.ReadAsync(Token)) lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }

    // A pull request at which one finding was told.
    private async Task<(FakePullRequest Pull, Finding Finding)> ToldAsync(string branch, Finding? known = null)
    {
        var pull = await _bench.OpenAsync(branch, ("src/app.ini", $"region = eu\ntoken = {branch}\n"));
        var finding = known ?? await _bench.FindingAsync("src/app.ini", 2);
        await _bench.ScanAsync(pull, [finding]);
        await _bench.DrainAsync();
        Assert.Single(pull.ReviewComments);
        return (pull, finding);
    }

    private async Task FixAsync(FakePullRequest pull)
    {
        await _bench.PushAsync(pull, ("src/app.ini", "region = eu\ntoken = env\n"));
        await _bench.ScanAsync(pull, []);
    }

    private Task EndAsync(FakePullRequest pull, PullRequestState state = PullRequestState.Merged) => _bench.DescribeAsync(pull, state);

    private async Task ChangeAsync(Finding finding, Action<Finding> change)
    {
        await using var database = _bench.Database();
        change(await database.Findings.SingleAsync(f => f.Id == finding.Id, Token));
        await database.SaveChangesAsync(Token);
    }

    private async Task EventAsync(Finding finding, FindingCause cause, Guid? scanId)
    {
        await using var database = _bench.Database();
        database.FindingEvents.Add(new FindingEvent
        {
            FindingId = finding.Id,
            RepositoryId = finding.RepositoryId,
            At = _bench.Time.GetUtcNow(),
            Kind = FindingEventKind.Fixed,
            FromState = FindingState.Open,
            ToState = FindingState.Fixed,
            Cause = cause,
            ScanId = scanId,
            Ref = PullRequestRef.HeadOf(1),
        });
        await database.SaveChangesAsync(Token);
    }

    private async Task<(int Told, int ActedOn, int NotActedOn)?> FiguresAsync()
    {
        await using var database = _bench.Database();
        var rows = await NoiseFigures.ReadAsync(database, _bench.Known.Id, null, _bench.Time.GetUtcNow(), Token);
        return rows is [] ? null : Assert.Single(rows) is var row ? (row.Told, row.ActedOn, row.NotActedOn) : null;
    }
}
