using Sentinel.Cli.Sources;
using Sentinel.Git;
using Sentinel.Git.History;
using Sentinel.Scanning;
using Sentinel.Scanning.Reporting;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Cli;

/// <summary>Scans what commits brought: every version of every file, each content once.</summary>
internal sealed class HistoryScan(ScanTools tools, LocalRepository repository)
{
    private const int MaxNamed = 20;

    /// <summary>All that any ref leads to.</summary>
    public Task<ScanOutcome> AllAsync(CancellationToken cancellationToken) => RunAsync(HistoryRange.All(), "all refs", isPart: false, cancellationToken);

    /// <summary>What is in HEAD and not in another commit.</summary>
    /// <exception cref="CliException">There is no such commit.</exception>
    public async Task<ScanOutcome> SinceAsync(string reference, string path, CancellationToken cancellationToken)
    {
        var head = await GitRefs.ResolveAsync(repository.Git, "HEAD", tools.Limits, cancellationToken)
            ?? throw new CliException($"{path}: the repository has no commit yet.");
        var since = await GitRefs.ResolveAsync(repository.Git, reference, tools.Limits, cancellationToken)
            ?? throw new CliException($"--since {reference}: there is no such commit, branch or tag in this repository{(repository.IsShallow ? "; it is a shallow clone: fetch more of it (git fetch --unshallow)" : "")}.");
        return await RunAsync(HistoryRange.Between(since, head), $"{reference}..HEAD", isPart: true, cancellationToken);
    }

    private async Task<ScanOutcome> RunAsync(HistoryRange range, string name, bool isPart, CancellationToken cancellationToken)
    {
        var tally = new HistoryTally { CollectEarlier = isPart };
        var versions = Versions(await ListAsync(range, tally, cancellationToken));
        await using var source = await HistorySource.OpenAsync(
            repository, [.. versions.Values.Select(v => (v[0].BlobId, v[0].Path))], tally.Skipped, tally.IsComplete, tools.Options.Parallelism, tools.Limits, cancellationToken);
        var report = await tools.ScanAsync(source, cancellationToken);
        if (tally.Earlier.Count > 0) report = tools.Without(report, await ScanEarlierAsync(tally, cancellationToken));
        Note(source, tally);
        return new ScanOutcome(
            WithCommits(report, versions, cancellationToken), new HistorySummary(name, tally.Commits, versions.Count, repository.IsShallow, repository.IsPartial), ReadsIgnoreFile: !isPart);
    }

    private async Task<List<HistoricBlob>> ListAsync(HistoryRange range, HistoryTally tally, CancellationToken cancellationToken)
    {
        var blobs = new List<HistoricBlob>();
        try
        {
            await foreach (var blob in HistoryReader.ReadAsync(repository.Git, range, tally, pathClass: path => path, tools.Limits, cancellationToken))
            {
                blobs.Add(blob);
                tools.Progress.Listed(blobs.Count);
            }
            if (!tally.IsComplete) tools.Notes.Add($"The history has more than {tools.Limits.MaxBlobs} versions of files; the rest was not listed.");
        }
        catch (GitException ex) when (tally.Commits > 0)
        {
            // What was listed is sound; the report says that it is not all.
            tools.Notes.Add(ex.Message);
        }
        catch (GitException ex) when (ex.Code == "commit-not-found" && !repository.IsPartial)
        {
            throw new CliException("A branch, tag or other ref leads to a commit that cannot be read: it is damaged or gone (git fsck tells more).");
        }
        catch (GitException ex) when (repository.IsPartial)
        {
            throw new CliException($"{ex.Message} It is a partial clone, whose folders may be kept by its remote alone: clone it whole.");
        }
        return blobs;
    }

    // One content under several paths is analysed once for each way in which paths are read, and reported under all of them.
    private Dictionary<(string BlobId, string Class), List<HistoricBlob>> Versions(List<HistoricBlob> blobs)
    {
        var classes = new Dictionary<string, string>(StringComparer.Ordinal);
        var versions = new Dictionary<(string, string), List<HistoricBlob>>();
        foreach (var blob in blobs)
        {
            if (!classes.TryGetValue(blob.Path, out var pathClass)) classes[blob.Path] = pathClass = tools.Engine.PathClass(blob.Path);
            if (!versions.TryGetValue((blob.BlobId, pathClass), out var places)) versions[(blob.BlobId, pathClass)] = places = new List<HistoricBlob>(1);
            places.Add(blob);
        }
        return versions;
    }

    private async Task<ScanReport> ScanEarlierAsync(HistoryTally tally, CancellationToken cancellationToken)
    {
        await using var earlier = await HistorySource.OpenAsync(
            repository, [.. tally.Earlier.Select(e => (e.Key, e.Value))], [], isComplete: true, tools.Options.Parallelism, tools.Limits, cancellationToken);
        return await tools.ScanAsync(earlier, cancellationToken);
    }

    private void Note(HistorySource source, HistoryTally tally)
    {
        if (repository.IsShallow) tools.Notes.Add("This is a shallow clone: commits before its border were not read (git fetch --unshallow gets them).");
        if (repository.IsPartial) tools.Notes.Add("This is a partial clone: contents that only its remote has were not read, and nothing was fetched.");
        foreach (var (id, path) in source.Unreadable.OrderBy(u => u.Key, StringComparer.Ordinal).Take(MaxNamed)) tools.Notes.Add($"Content {id} ({path}) cannot be read: it is damaged or gone (git fsck tells more).");
        if (source.Unreadable.Count > MaxNamed) tools.Notes.Add($"{source.Unreadable.Count - MaxNamed} more contents cannot be read.");
        if (tally.SkippedTotal > tally.Skipped.Count) tools.Notes.Add($"{tally.SkippedTotal - tally.Skipped.Count} more links and submodules were left out than are listed.");
    }

    private ScanReport WithCommits(ScanReport report, Dictionary<(string BlobId, string Class), List<HistoricBlob>> versions, CancellationToken cancellationToken)
    {
        var masked = new Dictionary<string, CommitInfo>(StringComparer.Ordinal);
        return report with { Findings = [.. report.Findings.SelectMany(Placed)], Suppressed = [.. report.Suppressed.SelectMany(Placed)] };

        IEnumerable<Finding> Placed(Finding finding) => versions[(finding.BlobId!, tools.Engine.PathClass(finding.Location.Path))]
            .Select(place => finding with { Location = finding.Location with { Path = place.Path }, Commit = Shown(place.Commit) });

        // A message may hold the secret that its commit brought.
        CommitInfo Shown(CommitInfo commit)
        {
            if (!masked.TryGetValue(commit.Id, out var shown))
                masked[commit.Id] = shown = commit with { Subject = SecretMask.Mask(commit.Subject, "COMMIT_EDITMSG", cancellationToken) };
            return shown;
        }
    }
}
