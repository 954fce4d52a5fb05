using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Repositories;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Worker;

/// <summary>A private repository is read with the App's own short-lived token, wherever the App is installed.</summary>
public sealed class PrivateRepositoryTests : IAsyncLifetime
{
    private static readonly ConcurrentQueue<string> Logs = new();

    private readonly WorkerFixture _worker = new() { WithApp = true, Logs = Logs };

    public ValueTask InitializeAsync() => _worker.InitializeAsync();

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task Scan_PrivateRepository_IsReadAsTheInstallation()
    {
        var (repository, fake, installation, commit) = await AddAsync("acme/vault");

        var scan = await _worker.ScanAsync(repository, commit);

        Assert.Equal(ScanStatus.Succeeded, scan.Status);
        Assert.Single(await _worker.FindingsAsync(repository));
        var git = _worker.GitHub.Calls.Where(c => c.Path.StartsWith($"/{fake.FullName}.git", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(git);
        Assert.All(git, c => Assert.Equal($"installation {installation.Id}", c.Who));
        Assert.Contains("\"contents\":\"read\"", Assert.Single(_worker.GitHub.CallsOf("POST", $"/app/installations/{installation.Id}/access_tokens")).Body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scan_TokenRevokedMidFetch_IsTriedAgainWithAFreshOne()
    {
        var (repository, fake, installation, commit) = await AddAsync("acme/revoked");
        _worker.GitHub.Faults.Next("POST", $"/{fake.FullName}.git/git-upload-pack", new FakeFault.RevokeToken());

        var id = await _worker.QueueAsync(repository, commit);
        var waiting = await _worker.UntilAsync(id, s => s is { Attempt: > 0, ErrorCode: not null } or { Status: ScanStatus.Succeeded });
        var scan = await _worker.EndOfAsync(id);

        Assert.Contains(waiting.ErrorCode, new[] { "credential-refused", null });
        Assert.Equal((ScanStatus.Succeeded, 2), (scan.Status, scan.Attempt));
        Assert.Equal(2, _worker.GitHub.CallsOf("POST", $"/app/installations/{installation.Id}/access_tokens").Count);
        Assert.Contains(Logs, l => l.Contains("no longer accepts the token", StringComparison.Ordinal));
        string[] secrets = [.. _worker.GitHub.Tokens.All, .. _worker.GitHub.Tokens.All.Select(t => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"x-access-token:{t}"))), "BEGIN RSA"];
        Assert.All(Logs, line => Assert.All(secrets, secret => Assert.DoesNotContain(secret, line, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Scan_TokensAreLimited_WaitsForTheResetAndCostsNoAttempt()
    {
        var (repository, _, installation, commit) = await AddAsync("acme/limited");
        _worker.GitHub.Faults.Next("POST", $"/app/installations/{installation.Id}/access_tokens", new FakeFault.PrimaryLimit(TimeSpan.FromMinutes(30)));

        var id = await _worker.QueueAsync(repository, commit);
        var waiting = await _worker.UntilAsync(id, s => s is { Status: ScanStatus.Queued, NotBefore: not null } or { CompletedAt: not null });

        Assert.Equal((ScanStatus.Queued, 0), (waiting.Status, waiting.Attempt));
        Assert.InRange(waiting.NotBefore!.Value - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(25), TimeSpan.FromMinutes(31));
    }

    [Fact]
    public async Task Scan_RepositoryTakenFromTheApp_IsGivenUpWithTheReason()
    {
        var (repository, _, installation, commit) = await AddAsync("acme/taken");
        installation.Repositories = [];

        var scan = await _worker.ScanAsync(repository, commit);

        Assert.Equal((ScanStatus.DeadLettered, "access-denied"), (scan.Status, scan.ErrorCode));
    }

    private async Task<(Repository Known, FakeRepository Fake, FakeInstallation Installation, string Commit)> AddAsync(string fullName)
    {
        var fake = _worker.GitHub.AddRepository(fullName, isPrivate: true);
        var commit = fake.Git.Commit("Add", ("settings.ini", DefectiveFiles.Settings));
        var installation = _worker.GitHub.Install("acme", fake);
        var known = await _worker.AddRepositoryAsync(fullName, fake.CloneUrl);
        await using var database = _worker.Database();
        await database.Repositories.Where(r => r.Id == known.Id).ExecuteUpdateAsync(
            r => r.SetProperty(x => x.InstallationId, installation.Id).SetProperty(x => x.GitHubId, fake.Id).SetProperty(x => x.Private, true), TestContext.Current.CancellationToken);
        return (known, fake, installation, commit);
    }
}
