using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.Data.Outbox;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;
using Sentinel.GitHub;
using Sentinel.Tests.Data.Queue;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Support;
using Sentinel.Worker.CodeScanning;
using Sentinel.Worker.Commands;
using Sentinel.Worker.Feedback;
using Sentinel.Worker.Outbox;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>
/// The outbox with its handlers for GitHub on a real database and a fake GitHub; scans are written as workers write them, and nothing
/// is delivered until the test drains. The clock is moved by hand.
/// </summary>
internal sealed class FeedbackBench : IAsyncDisposable
{
    private readonly IHost _host;

    private FeedbackBench(IHost host, FakeGitHubServer gitHub, ManualTime time, FakeRepository fake, FakeInstallation installation, Repository known) =>
        (_host, GitHub, Time, Fake, Installation, Known) = (host, gitHub, time, fake, installation, known);

    public FakeGitHubServer GitHub { get; }

    public ManualTime Time { get; }

    public FakeRepository Fake { get; }

    public FakeInstallation Installation { get; }

    public Repository Known { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="codeScanning">Findings of the default branch are uploaded too.</param>
    public static async Task<FeedbackBench> StartAsync(bool codeScanning = false)
    {
        var time = new ManualTime();
        var gitHub = await FakeGitHubServer.StartAsync(Token);
        gitHub.Clock = time;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development" });
        foreach (var (key, value) in gitHub.Settings()) builder.Configuration[key] = value;
        builder.Configuration["ConnectionStrings:sentineldb"] = await TestPostgres.CreateDatabaseAsync(Token);
        // Nothing listens there: scans that a command queues wait in Postgres, and no worker takes them.
        builder.Configuration["ConnectionStrings:redis"] = "127.0.0.1:1,connectTimeout=200,connectRetry=0,syncTimeout=500";
        // Faults reach the outbox at once, so that it is what is tested.
        builder.Configuration["GitHub:RetryDelay"] = "00:00:00";
        builder.Configuration["GitHub:MaxRetries"] = "0";
        builder.Configuration["GitHub:MaxRateLimitWait"] = "00:00:00";
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.AddSentinelData();
        builder.Services.AddGitHub();
        builder.Services.AddOptions<OutboxOptions>();
        builder.Services.AddSingleton<OutboxDrain>().AddSingleton<HeadStates>().AddSingleton<DashboardAddress>();
        builder.Services.AddOutboxHandler<CheckHandler>();
        builder.Services.AddOutboxHandler<ReviewHandler>();
        if (codeScanning) builder.Services.AddOutboxHandler<CodeScanningHandler>();
        builder.Services.AddCommands();
        var host = builder.Build();

        var fake = gitHub.AddRepository("acme/shop");
        fake.Git.Commit("Begin", ("src/app.ini", "region = eu\n"));
        var installation = gitHub.Install("acme", fake);
        var known = new Repository
        {
            FullName = fake.FullName,
            CloneUrl = fake.CloneUrl,
            GitHubId = fake.Id,
            InstallationId = installation.Id,
            DefaultBranch = "main",
            CreatedAt = time.GetUtcNow(),
            UpdatedAt = time.GetUtcNow(),
        };
        var bench = new FeedbackBench(host, gitHub, time, fake, installation, known);
        await bench.WriteAsync(database => database.Repositories.Add(known));
        return bench;
    }

    public SentinelDbContext Database() => _host.Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContext();

    /// <summary>Delivers what is due until nothing is.</summary>
    public async Task DrainAsync()
    {
        var drain = _host.Services.GetRequiredService<OutboxDrain>();
        var handlers = _host.Services.GetServices<IOutboxHandler>().ToList();
        for (var delivered = 1; delivered > 0;)
        {
            delivered = 0;
            foreach (var handler in handlers) delivered += await drain.RoundAsync(handler, Token);
        }
    }

    /// <summary>A branch off main with one more commit, and a pull request for it.</summary>
    public async Task<FakePullRequest> OpenAsync(string branch, params (string Path, string? Content)[] files)
    {
        Fake.Git.Git("checkout", "--quiet", "-B", branch, "main");
        Fake.Git.Commit("Change", files);
        var pull = Fake.OpenPullRequest(GitHub.Account("alice") ?? GitHub.AddUser("alice"), branch);
        await DescribeAsync(pull);
        return pull;
    }

    /// <summary>One more commit on a pull request.</summary>
    public async Task PushAsync(FakePullRequest pull, params (string Path, string? Content)[] files)
    {
        Fake.Git.Git("checkout", "--quiet", pull.HeadRef);
        Fake.Git.Commit("More", files);
        await DescribeAsync(pull);
    }

    /// <summary>A scan in the state in which it waits.</summary>
    /// <param name="commit">Null for the head of the pull request, or of main.</param>
    public async Task<Guid> QueueAsync(FakePullRequest? pull = null, string? commit = null, ScanKind? kind = null, string? before = null)
    {
        var scan = new Scan
        {
            Id = Guid.CreateVersion7(Time.NextStamp()),
            RepositoryId = Known.Id,
            RequestId = "request-1",
            Kind = kind ?? (pull is null ? ScanKind.Push : ScanKind.PullRequest),
            Lane = ScanLane.Interactive,
            Ref = pull is null ? "refs/heads/main" : $"refs/pull/{pull.Number}/head",
            CommitSha = commit ?? pull?.HeadSha ?? Fake.Git.Git("rev-parse", "main"),
            BaseSha = pull?.BaseSha,
            BeforeSha = before,
            PullRequestNumber = pull?.Number,
            QueuedAt = Time.GetUtcNow(),
        };
        await WriteAsync(database => database.Scans.Add(scan));
        return scan.Id;
    }

    public Task StartScanAsync(Guid scanId) => UpdateAsync(scanId, scan => (scan.Status, scan.StartedAt, scan.Phase, scan.FilesTotal) = (ScanStatus.Running, Time.GetUtcNow(), ScanPhase.Analyse, 3));

    public Task EndAsync(Guid scanId, ScanStatus status, string? error = null) =>
        UpdateAsync(scanId, scan => (scan.Status, scan.CompletedAt, scan.ErrorDetail) = (status, Time.GetUtcNow(), error));

    /// <summary>Ends a scan with these findings.</summary>
    public async Task CompleteAsync(Guid scanId, IEnumerable<Finding> findings, ScanStatus status = ScanStatus.Succeeded, string rules = "rules-1")
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        await using var database = Database();
        var scan = await database.Scans.SingleAsync(s => s.Id == scanId, Token);
        database.ScanSnapshots.Add(new ScanSnapshot
        {
            ScanId = scanId,
            RepositoryId = Known.Id,
            Ref = scan.Ref,
            CommitSha = scan.CommitSha!,
            RulePackHash = rules,
            CompletedAt = Time.GetUtcNow(),
            Findings = [.. findings.Select(f => new SnapshotFinding(f.Id, f.Path, f.StartLine, f.StartColumn, f.EndLine, f.EndColumn))],
        });
        (scan.Status, scan.StartedAt, scan.CompletedAt, scan.Phase, scan.FilesTotal) = (status, scan.StartedAt ?? Time.GetUtcNow(), Time.GetUtcNow(), ScanPhase.Done, 3);
        await database.SaveChangesAsync(Token);
        if (scan.PullRequestNumber is { } number) await ToldFindings.RefreshAsync(database, Known.Id, number, Token);
    }

    /// <summary>Queues and ends a scan.</summary>
    public async Task<Guid> ScanAsync(FakePullRequest? pull, IEnumerable<Finding> findings, string? commit = null, ScanKind? kind = null, string rules = "rules-1", string? before = null)
    {
        var id = await QueueAsync(pull, commit, kind, before);
        await CompleteAsync(id, findings, rules: rules);
        return id;
    }

    public async Task<Finding> FindingAsync(string path, int line, Severity severity = Severity.High, string rule = "github-pat")
    {
        var finding = new Finding
        {
            RepositoryId = Known.Id,
            Fingerprint = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(rule == "github-pat" ? $"{path}:{line}" : $"{rule}:{path}:{line}"))),
            Ordinal = 0,
            RuleId = rule,
            AnalyzerIds = ["secrets/patterns"],
            Category = FindingCategory.Secret,
            Severity = severity,
            Confidence = Confidence.High,
            Title = "GitHub token",
            Message = "A token ghp_…abcd is in the code.",
            Path = path,
            StartLine = line,
            StartColumn = 1,
            EndLine = line,
            EndColumn = 10,
            Snippet = "",
            SnippetStartLine = line,
            FirstSeenAt = Time.GetUtcNow(),
            LastSeenAt = Time.GetUtcNow(),
            LastScanId = Guid.Empty,
        };
        await WriteAsync(database => database.Findings.Add(finding));
        return finding;
    }

    /// <summary>What GitHub last said of a pull request.</summary>
    public async Task DescribeAsync(FakePullRequest pull, PullRequestState state = PullRequestState.Open)
    {
        await using var database = Database();
        var known = await database.PullRequests.SingleOrDefaultAsync(p => p.RepositoryId == Known.Id && p.Number == pull.Number, Token);
        if (known is not null)
        {
            (known.State, known.HeadSha, known.BaseSha, known.UpdatedAt) = (state, pull.HeadSha, pull.BaseSha, Time.GetUtcNow());
        }
        else
        {
            database.PullRequests.Add(new PullRequest
            {
                RepositoryId = Known.Id,
                Number = pull.Number,
                State = state,
                HeadSha = pull.HeadSha,
                HeadRef = pull.HeadRef,
                BaseSha = pull.BaseSha,
                BaseRef = pull.BaseRef,
                Draft = false,
                FromFork = false,
                AuthorLogin = "alice",
                Title = pull.Title,
                UpdatedAt = Time.GetUtcNow(),
            });
        }
        await database.SaveChangesAsync(Token);
    }

    /// <summary>Messages that were given up or wait, of the kinds that are delivered here.</summary>
    public async Task<List<OutboxMessage>> LeftAsync()
    {
        var kinds = _host.Services.GetServices<IOutboxHandler>().Select(h => h.Kind).ToArray();
        await using var database = Database();
        return await database.Outbox.AsNoTracking().Where(m => m.Status != OutboxStatus.Done && kinds.Contains(m.Kind)).OrderBy(m => m.Id).ToListAsync(Token);
    }

    /// <summary>Asks again for everything that was delivered, as a crash after writing does.</summary>
    public async Task RepeatAsync()
    {
        await using var database = Database();
        await database.Outbox.ExecuteUpdateAsync(m => m.SetProperty(x => x.Status, OutboxStatus.Pending).SetProperty(x => x.NextAttemptAt, Time.GetUtcNow()), Token);
    }

    /// <summary>What changed something at GitHub since, as "METHOD path".</summary>
    public List<string> WritesSince(int calls) =>
        [.. GitHub.Calls.Skip(calls).Where(c => c.Method != "GET" && !c.Path.EndsWith("/access_tokens", StringComparison.Ordinal) && !IsQuery(c)).Select(c => $"{c.Method} {c.Path}")];

    public async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)_host).DisposeAsync();
        await GitHub.DisposeAsync();
    }

    private static bool IsQuery(RecordedCall call) => call.Path.EndsWith("/graphql", StringComparison.Ordinal) && call.Body?["query"]?.GetValue<string>().StartsWith("query", StringComparison.Ordinal) == true;

    private async Task UpdateAsync(Guid scanId, Action<Scan> change)
    {
        await using var database = Database();
        change(await database.Scans.SingleAsync(s => s.Id == scanId, Token));
        await database.SaveChangesAsync(Token);
    }

    private async Task WriteAsync(Action<SentinelDbContext> change)
    {
        await using var database = Database();
        change(database);
        await database.SaveChangesAsync(Token);
    }
}
