using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
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

        // Known by other scans too, and what is not there as well: inventing tags uses nobody's requests up.
        await ScanAsync("tools/deploy@v1", "tools/build@main", "docker://alpine:3.22", "tools/build");
        Assert.Equal(3, Asked().Count);
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

    [Fact]
    public async Task GitHubDoesNotAnswer_WhatWasProvedOfTheSameFileStands()
    {
        var proved = new ProvedFix(7, 7, "      - uses: tools/deploy@0123456789012345678901234567890123456789 # v1", "It was proved.", "workflows/github-actions@4");
        _worker.GitHub.Faults.Next("GET", "/repos/tools/deploy/commits/tags%2Fv1", new FakeFault.SecondaryLimit(TimeSpan.FromHours(1)), times: 20);
        Assert.Equal([null], await ScanAsync("tools/deploy@v1"));
        await using (var database = _worker.Database())
            await database.FindingInstances.Where(i => i.RepositoryId == _known.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.Fix, proved), Token);

        var again = await _worker.EndOfAsync(await _worker.QueueAsync(_known, _fake.Git.Head, kind: ScanKind.Manual));

        Assert.Null(again.Report!.SinceCommit);
        Assert.Equal([proved.Replacement], await FixesAsync());
        // Another file's, which happens to hold the same finding, does not.
        Assert.Equal([null, null], await ScanAsync("tools/deploy@v1", "tools/other@v1"));
    }

    /// <summary>A workflow that names tags must not make every push look at everything.</summary>
    [Fact]
    public async Task PushThatChangesAWorkflow_GoesOnFromTheScanBefore()
    {
        await ScanAsync("tools/deploy@v1");
        var first = _fake.Git.Head;

        var fixes = await ScanAsync("tools/deploy@v1", "tools/other@v1");

        await using var database = _worker.Database();
        Assert.Equal(first, (await database.Scans.AsNoTracking().Where(s => s.RepositoryId == _known.Id).OrderBy(s => s.QueuedAt).LastAsync(Token)).Report!.SinceCommit);
        Assert.Equal([$"      - uses: tools/deploy@{_action.Git.Head} # v1", null], fixes);
    }

    /// <summary>That one installation hands out no token says nothing of the tag, least of all to others.</summary>
    [Fact]
    public async Task SuspendedInstallation_SaysNothingOfTags()
    {
        await WatchAsync("acme/open", isPrivate: false);
        _installation.SuspendedAt = TimeProvider.System.GetUtcNow();
        Assert.Equal([null, null], await ScanAsync("tools/deploy@v1", "tools/other@v1"));
        Assert.Empty(Asked());

        _installation = _worker.GitHub.Install("beta");
        await WatchAsync("beta/open", isPrivate: false);
        Assert.Equal([$"      - uses: tools/deploy@{_action.Git.Head} # v1"], await ScanAsync("tools/deploy@v1"));
    }

    // A repository of the installation, which is scanned from now on.
    private async Task WatchAsync(string fullName, bool isPrivate = true)
    {
        _fake = _worker.GitHub.AddRepository(fullName, isPrivate: isPrivate);
        _known = await _worker.AddRepositoryAsync(fullName, _fake.CloneUrl);
        await using var database = _worker.Database();
        await database.Repositories.Where(r => r.Id == _known.Id).ExecuteUpdateAsync(
            r => r.SetProperty(x => x.InstallationId, _installation.Id).SetProperty(x => x.GitHubId, _fake.Id).SetProperty(x => x.Private, isPrivate), Token);
        _known = await database.Repositories.AsNoTracking().SingleAsync(r => r.Id == _known.Id, Token);
    }

    // The replacements of the findings, in order.
    private async Task<IReadOnlyList<string?>> ScanAsync(params string[] uses)
    {
        var commit = _fake.Git.Commit("Change", (".github/workflows/ci.yml",
            $"on: push\npermissions: {{}}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n{string.Concat(uses.Select(u => $"      - uses: {u}\n"))}"));
        Assert.Equal(ScanStatus.Succeeded, (await _worker.ScanAsync(_known, commit)).Status);
        var fixes = await FixesAsync();
        Assert.Equal(uses.Length, fixes.Count);
        return fixes;
    }

    private async Task<IReadOnlyList<string?>> FixesAsync()
    {
        await using var database = _worker.Database();
        var instances = await database.FindingInstances.AsNoTracking().Where(i => i.RepositoryId == _known.Id && i.Present).OrderBy(i => i.StartLine).ToListAsync(Token);
        return [.. instances.Select(i => i.Fix?.Replacement)];
    }

    private List<string> Asked() => [.. _worker.GitHub.Calls.Where(c => c.Path.Contains("/commits/tags", StringComparison.Ordinal)).Select(c => c.Path)];
}
