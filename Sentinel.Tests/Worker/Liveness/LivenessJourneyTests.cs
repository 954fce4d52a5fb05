using System.Collections.Concurrent;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeProvider;
using Finding = Sentinel.Data.Findings.Finding;

namespace Sentinel.Tests.Worker.Liveness;

/// <summary>From a leaked value to the provider's answer and back, through the real worker, database and git.</summary>
public sealed class LivenessJourneyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<string> _logs = new();
    private FakeProviderServer _provider = null!;
    private WorkerFixture _worker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProviderServer.StartAsync(Cancellation);
        _worker = new WorkerFixture
        {
            Logs = _logs,
            ExtraSettings = new Dictionary<string, string>
            {
                ["Liveness:BaseUrls:github"] = _provider.Url.AbsoluteUri,
                ["Liveness:PrivateHosts:0"] = "127.0.0.1",
                ["Liveness:Interval"] = "00:00:00.100",
            },
        };
        await _worker.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Secret_OffThenLiveThenDead_ClosesWithTheProvidersProof_AndIsKeptNowhere()
    {
        var source = _worker.GitHub.Create("live/journey");
        var repository = await _worker.AddRepositoryAsync("live/journey");
        var commit = source.Commit("Add", ("settings.ini", DefectiveFiles.Settings));
        await _worker.ScanAsync(repository, commit);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        Assert.Empty(_provider.Calls);

        await EnableAsync();
        var live = await UntilAsync(repository.Id, f => f.Liveness == LivenessState.Live);
        Assert.Equal((FindingState.Open, Confidence.High), (live.State, live.Confidence));
        Assert.Equal($"Bearer {DefectiveFiles.Token}", Assert.Single(_provider.Calls).Headers["Authorization"]);

        // Gone from the code, but the commit that held it still has it.
        await _worker.ScanAsync(repository, source.Commit("Remove", ("settings.ini", "region = eu\n")));
        _provider.Answer = FakeProviderServer.Status(401, """{"message":"Bad credentials"}""");
        await MakeDueAsync();
        var dead = await UntilAsync(repository.Id, f => f.Liveness == LivenessState.Dead);

        var evidence = $"GET {_provider.Url.Authority}/user answered 401 with message Bad credentials";
        Assert.Equal(FindingState.Fixed, dead.State);
        Assert.Equal(
            (FindingEventKind.Fixed, FindingState.Removed, FindingState.Fixed, FindingCause.Liveness, evidence),
            (await _worker.EventsAsync(dead.Id)).Select(e => (e.Kind, e.FromState!.Value, e.ToState, e.Cause, e.Detail!)).Last());
        await using var database = _worker.Database();
        var exposure = await database.SecretExposures.AsNoTracking().SingleAsync(e => e.FindingId == dead.Id, Cancellation);
        Assert.Equal((RotationProof.RefusedByProvider, evidence), (exposure.Rotation, exposure.RotationNote));
        Assert.Equal(
            ["Live", "Dead"],
            (await database.AuditLog.Where(a => a.Action == "secret.liveness-checked" && a.SubjectId == dead.Id.ToString()).OrderBy(a => a.Id).Select(a => a.Detail!).ToListAsync(Cancellation))
                .Select(d => d.Contains("\"Live\"", StringComparison.Ordinal) ? "Live" : "Dead"));

        // A dead value that comes back is still dead, and is not asked about again.
        var asked = _provider.Calls.Count;
        await _worker.ScanAsync(repository, source.Commit("Bring back", ("other.ini", DefectiveFiles.Settings)));
        Assert.Equal(FindingState.Fixed, (await UntilAsync(repository.Id, f => f.Path == "other.ini")).State);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        Assert.Equal(asked, _provider.Calls.Count);
        await AssertKeptNowhereAsync(DefectiveFiles.Token);
    }

    [Fact]
    public async Task Secret_SeenByAScan_IsAskedAboutOnceForAllRepositories()
    {
        await UntilDescribedAsync();
        await EnableAsync();
        var first = await _worker.AddRepositoryAsync("live/first");
        await _worker.ScanAsync(first, _worker.GitHub.Create("live/first").Commit("Add", ("settings.ini", DefectiveFiles.Settings)));
        await UntilAsync(first.Id, f => f.Liveness == LivenessState.Live);

        var second = await _worker.AddRepositoryAsync("live/second");
        await _worker.ScanAsync(second, _worker.GitHub.Create("live/second").Commit("Add", ("a.ini", DefectiveFiles.Settings)));
        await UntilAsync(second.Id, f => f.Liveness == LivenessState.Live);

        Assert.Single(_provider.Calls);
        await AssertKeptNowhereAsync(DefectiveFiles.Token);
    }

    [Fact]
    public async Task Rotation_OnlyAttested_IsRefutedByALiveAnswer()
    {
        var repository = await _worker.AddRepositoryAsync("live/attested");
        await _worker.ScanAsync(repository, _worker.GitHub.Create("live/attested").Commit("Add", ("settings.ini", DefectiveFiles.Settings)));
        await using (var database = _worker.Database())
        {
            var finding = await database.Findings.SingleAsync(f => f.RepositoryId == repository.Id, Cancellation);
            (finding.State, finding.ClosedAt) = (FindingState.Fixed, TimeProvider.System.GetUtcNow());
            var exposure = await database.SecretExposures.SingleOrDefaultAsync(e => e.FindingId == finding.Id, Cancellation);
            if (exposure is null) database.SecretExposures.Add(exposure = new() { FindingId = finding.Id, RepositoryId = repository.Id, UpdatedAt = TimeProvider.System.GetUtcNow() });
            exposure.Rotate(RotationProof.Attested, "mira", "rotated", TimeProvider.System.GetUtcNow());
            await database.SaveChangesAsync(Cancellation);
        }

        await EnableAsync();
        var reopened = await UntilAsync(repository.Id, f => f.State == FindingState.Reopened);

        Assert.Equal((LivenessState.Live, null), (reopened.Liveness, reopened.ClosedAt));
        Assert.Equal(FindingCause.Liveness, (await _worker.EventsAsync(reopened.Id))[^1].Cause);
    }

    [Fact]
    public async Task Provider_RateLimiting_IsAskedAgainOnlyWhenItWants()
    {
        _provider.Answer = FakeProviderServer.Status(429, "", ("Retry-After", "7200"));
        var repository = await _worker.AddRepositoryAsync("live/limited");
        await _worker.ScanAsync(repository, _worker.GitHub.Create("live/limited").Commit("Add", ("settings.ini", DefectiveFiles.Settings)));
        await EnableAsync();
        await UntilAsync(repository.Id, f => f.Liveness == LivenessState.Unknown);

        await using var database = _worker.Database();
        var row = await database.SecretLiveness.AsNoTracking().SingleAsync(Cancellation);
        Assert.InRange(row.NextCheckAt!.Value - row.CheckedAt!.Value, TimeSpan.FromHours(1.99), TimeSpan.FromHours(2.01));
        await MakeDueAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        Assert.Single(_provider.Calls);
    }

    private async Task UntilDescribedAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var database = _worker.Database();
            if (await database.LivenessProviders.AnyAsync(p => p.Id == "github", Cancellation)) return;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, "The worker described no provider.");
            await Task.Delay(50, Cancellation);
        }
    }

    private async Task EnableAsync()
    {
        await UntilDescribedAsync();
        await ExecuteAsync("update liveness_providers set enabled = true where id = 'github'");
    }

    private Task MakeDueAsync() => ExecuteAsync("update secret_liveness set next_check_at = now() - interval '1 minute'");

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _worker.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<Finding> UntilAsync(Guid repositoryId, Func<Finding, bool> reached)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var database = _worker.Database();
            var finding = await database.Findings.AsNoTracking().SingleOrDefaultAsync(f => f.RepositoryId == repositoryId, Cancellation);
            if (finding is not null && reached(finding)) return finding;
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < Patience,
                $"The finding stays {finding?.State}, {finding?.Liveness?.ToString() ?? "not asked"}, at {finding?.Path}. Calls: {_provider.Calls.Count}\n{string.Join('\n', _logs.Where(l => l.StartsWith("Warning", StringComparison.Ordinal)).TakeLast(5))}");
            await Task.Delay(50, Cancellation);
        }
    }

    private async Task AssertKeptNowhereAsync(string value)
    {
        Assert.NotEmpty(_logs);
        Assert.Equal([], _logs.Where(line => line.Contains(value, StringComparison.Ordinal)));
        Assert.Equal([], _provider.Calls.Where(call => call.PathAndQuery.Contains(value, StringComparison.Ordinal)));
        var source = _worker.Services.GetRequiredService<NpgsqlDataSource>();
        var tables = new List<string>();
        await using (var list = source.CreateCommand("select quote_ident(table_name) from information_schema.tables where table_schema = 'public'"))
        await using (var reader = await list.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation)) tables.Add(reader.GetString(0));
        }
        Assert.Contains("secret_liveness", tables);
        foreach (var table in tables)
        {
            await using var command = source.CreateCommand($"select count(*) from {table} t where position($1 in t::text) > 0 or position($2 in t::text) > 0");
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            command.Parameters.Add(new NpgsqlParameter { Value = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value)) });
            Assert.True((long)(await command.ExecuteScalarAsync(Cancellation))! == 0, $"The value stands in {table}.");
        }
    }
}
