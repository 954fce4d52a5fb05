using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Findings;
using Sentinel.Data.Repositories;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Worker;

/// <summary>Tags of actions are looked up at GitHub, so that a fix can name the commit, and nothing is told that is not for everybody.</summary>
public sealed class ActionTagsTests : IAsyncLifetime
{
    private readonly WorkerFixture _worker = new() { WithApp = true };
    private FakeInstallation _installation = null!;
    private FakeRepository _fake = null!;
    private FakeRepository _action = null!;
    private Repository _known = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _worker.InitializeAsync();
        _action = _worker.GitHub.AddRepository("tools/deploy");
        _action.Git.Commit("Add", ("action.yml", "name: deploy\n"));
        _action.Git.Git("tag", "-a", "-m", "One", "v1");
        _installation = _worker.GitHub.Install("acme");
        await WatchAsync("acme/shop");
    }

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task PublicAction_IsPinnedToTheCommitOfItsTag()
    {
        _worker.GitHub.AddRepository("tools/build").Git.Commit("Add", ("action.yml", "name: build\n"));

        var fixes = await ScanAsync("tools/deploy@v1", "tools/build@main", "tools/none@v1");
        Assert.Equal([$"      - uses: tools/deploy@{_action.Git.Head} # v1", null, null], fixes);
        Assert.Equal(3, Asked().Count);

        // Known for an hour, and by other scans too; what was not there may be by now.
        await ScanAsync("tools/deploy@v1", "tools/build@main");
        Assert.Equal(["/repos/tools/build/commits/tags%2Fmain"], Asked().Skip(3));
    }

    /// <summary>The author of a fork's pull request writes the workflow and reads the suggestion.</summary>
    [Fact]
    public async Task PrivateActionOfTheSameInstallation_IsNotTold()
    {
        var secret = _worker.GitHub.AddRepository("acme/secret-action", isPrivate: true);
        secret.Git.Commit("Add", ("action.yml", "name: secret\n"));
        secret.Git.Git("tag", "v1");
        _fake.Git.Commit("Add", ("a.txt", "a\n"));
        _fake.Git.Git("tag", "v1");
        var own = _fake.Git.Head;

        var fixes = await ScanAsync("acme/secret-action@v1", "acme/shop@v1");

        Assert.Equal([null, $"      - uses: acme/shop@{own} # v1"], fixes);
        Assert.Contains(Asked(), path => path.Contains("/acme/secret-action/", StringComparison.Ordinal));

        // What one private repository was told is not told to another.
        await WatchAsync("acme/other");
        Assert.Equal([null], await ScanAsync("acme/shop@v1"));
    }

    [Fact]
    public async Task GitHubDoesNotAnswer_TheFindingsStandAndNobodyWaits()
    {
        _worker.GitHub.Faults.Next("GET", "/repos/tools/deploy/commits/tags%2Fv1", new FakeFault.SecondaryLimit(TimeSpan.FromHours(1)), times: 20);

        Assert.Equal([null, null], await ScanAsync("tools/deploy@v1", "tools/other@v1"));

        Assert.Equal(["/repos/tools/deploy/commits/tags%2Fv1"], Asked().Distinct(StringComparer.Ordinal));
    }

    // A private repository of the installation, which is scanned from now on.
    private async Task WatchAsync(string fullName)
    {
        _fake = _worker.GitHub.AddRepository(fullName, isPrivate: true);
        _known = await _worker.AddRepositoryAsync(fullName, _fake.CloneUrl);
        await using var database = _worker.Database();
        await database.Repositories.Where(r => r.Id == _known.Id).ExecuteUpdateAsync(
            r => r.SetProperty(x => x.InstallationId, _installation.Id).SetProperty(x => x.GitHubId, _fake.Id).SetProperty(x => x.Private, true), Token);
        _known = await database.Repositories.AsNoTracking().SingleAsync(r => r.Id == _known.Id, Token);
    }

    // The replacements of the findings, in order.
    private async Task<IReadOnlyList<string?>> ScanAsync(params string[] uses)
    {
        var commit = _fake.Git.Commit("Change", (".github/workflows/ci.yml",
            $"on: push\npermissions: {{}}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n{string.Concat(uses.Select(u => $"      - uses: {u}\n"))}"));
        Assert.Equal(ScanStatus.Succeeded, (await _worker.ScanAsync(_known, commit)).Status);
        await using var database = _worker.Database();
        List<FindingInstance> instances = await database.FindingInstances.AsNoTracking().Where(i => i.RepositoryId == _known.Id && i.Present).OrderBy(i => i.StartLine).ToListAsync(Token);
        Assert.Equal(uses.Length, instances.Count);
        return [.. instances.Select(i => i.Fix?.Replacement)];
    }

    private List<string> Asked() => [.. _worker.GitHub.Calls.Where(c => c.Path.Contains("/commits/tags", StringComparison.Ordinal)).Select(c => c.Path)];
}
