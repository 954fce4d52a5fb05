using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Security.Cryptography;
using Sentinel.Scanning.Fixes;

namespace Sentinel.Scanning;

/// <summary>The state of one scan.</summary>
internal sealed class ScanRun(
    FrozenDictionary<string, IFileAnalyzer> analyzers, IFileSource source, IAnalysisCache cache, ScanOptions options, IProgress<ScanProgressSample>? progress) : IDisposable
{
    private const int LookupBatch = 5000;
    private const int StoreBatch = 1000;
    private const int ProgressStep = 25;

    private static ReadOnlySpan<byte> LfsHeader => "version https://git-lfs.github.com/spec/"u8;

    private readonly string _keyHash = Convert.ToHexStringLower(SHA256.HashData(options.FingerprintKey.Span));
    private readonly AnalysisContext _context = new(options.FingerprintKey, options.Secrets, options.Actions);
    private readonly ConcurrentBag<SkippedEntry> _skipped = [];
    private readonly ConcurrentBag<Finding> _findings = [];
    private readonly ConcurrentQueue<KeyValuePair<AnalysisKey, ReadOnlyMemory<byte>>> _toStore = new();
    private readonly SemaphoreSlim _storing = new(1, 1);
    private readonly FrozenDictionary<string, PluginTally> _tallies =
        analyzers.ToFrozenDictionary(a => a.Key, a => new PluginTally(a.Value), StringComparer.Ordinal);

    private readonly long _started = Stopwatch.GetTimestamp();

    private long _bytesRead;
    private int _cacheHits;
    private int _filesDone;

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        var work = Plan();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken };
        foreach (var batch in work.Chunk(LookupBatch))
        {
            var keys = batch.SelectMany(w => w.Tasks).Select(t => t.Key).OfType<AnalysisKey>().ToHashSet();
            var cached = keys.Count > 0 ? await cache.LookupAsync(keys, cancellationToken) : new Dictionary<AnalysisKey, ReadOnlyMemory<byte>>();
            var missing = batch.Where(w => !TryFromCache(w, cached)).ToArray();
            await Parallel.ForEachAsync(missing, parallel, AnalyzeAsync);
        }
        await StoreAsync(0, cancellationToken);
        progress?.Report(new ScanProgressSample(source.Entries.Count, source.Entries.Count, Interlocked.Read(ref _bytesRead)));
    }

    public ScanReport Report(string rulePackHash)
    {
        var plugins = _tallies.Values.Select(t => t.ToRun(options.Allowed)).OrderBy(r => r.Plugin.Id, StringComparer.Ordinal).ToArray();
        var lost = source.Skipped.Concat(_skipped).Any(s => s.Reason is SkipReason.Timeout or SkipReason.Unreadable or SkipReason.Limit);
        var findings = _findings.OrderBy(f => f.Location.Path, StringComparer.Ordinal).ThenBy(f => f.Location.Region.StartLine)
            .ThenBy(f => f.Location.Region.StartColumn).ThenBy(f => f.RuleId, StringComparer.Ordinal).ThenBy(f => f.FingerprintHash, StringComparer.Ordinal).ToArray();
        return new ScanReport
        {
            Findings = [.. findings.Where(f => f.Suppression is null)],
            Suppressed = [.. findings.Where(f => f.Suppression is not null)],
            Plugins = plugins,
            Skipped = [.. source.Skipped.Concat(_skipped).OrderBy(s => s.Path, StringComparer.Ordinal).ThenBy(s => s.Reason, StringComparer.Ordinal)],
            Covered = _tallies.ToDictionary(t => t.Key, t => t.Value.Covered, StringComparer.Ordinal),
            Files = source.Entries.Count + source.Skipped.Count,
            BytesRead = _bytesRead,
            CacheHits = _cacheHits,
            RulePackHash = rulePackHash,
            IsComplete = source.IsComplete && !lost && plugins.All(p => p.Status == PluginStatus.Succeeded),
        };
    }

    private List<FileWork> Plan()
    {
        var work = new List<FileWork>();
        var large = new List<FileWork>();
        var files = 0;
        long bytes = 0;
        foreach (var entry in source.Entries)
        {
            if (entry.Length > options.MaxFileBytes)
            {
                if (entry.Length > options.MaxStreamedBytes) Skip(entry, SkipReason.TooLarge);
                else large.Add(new FileWork(entry, [.. _tallies.Values.Where(t => t.Analyzer.ReadsParts && t.IsAllowed(options.Allowed) && t.Analyzer.Accepts(entry)).Select(t => new FileTask(t, null))]));
                continue;
            }
            if (files >= options.MaxFiles || bytes + entry.Length > options.MaxTotalBytes)
            {
                Skip(entry, SkipReason.Limit);
                continue;
            }
            files++;
            bytes += entry.Length;
            var tasks = _tallies.Values.Where(t => t.IsAllowed(options.Allowed) && t.Analyzer.Accepts(entry)).Select(t => new FileTask(t, KeyOf(t.Analyzer, entry))).ToArray();
            if (tasks.Length > 0) work.Add(new FileWork(entry, tasks));
        }
        // Last: all others are done by then if the time runs out.
        work.AddRange(large);
        _filesDone = source.Entries.Count - work.Count;
        return work;
    }

    private AnalysisKey? KeyOf(IFileAnalyzer analyzer, FileEntry entry) =>
        entry.BlobId is { } blob ? AnalysisResult.KeyOf(blob, analyzer.PathClass(entry.Path), analyzer.Descriptor, _keyHash) : null;

    // True when nothing is left to do for the file.
    private bool TryFromCache(FileWork work, IReadOnlyDictionary<AnalysisKey, ReadOnlyMemory<byte>> cached)
    {
        var left = new List<FileTask>();
        foreach (var task in work.Tasks)
        {
            if (task.Key is not { } key || !cached.TryGetValue(key, out var result))
            {
                left.Add(task);
            }
            else if (AnalysisResult.SkipOf(result) is { } reason)
            {
                Skip(work.Entry, reason);
                Done();
                return true;
            }
            else if (AnalysisResult.Read(result, work.Entry.Path) is { } findings && (options.Actions is null || !findings.Any(f => f.FixIsOfTheMoment)))
            {
                _cacheHits++;
                Accept(task.Tally, work.Entry, findings);
            }
            else
            {
                left.Add(task);
            }
        }
        work.Tasks = [.. left];
        if (left.Count > 0) return false;
        Done();
        return true;
    }

    private async ValueTask AnalyzeAsync(FileWork work, CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(_started) >= options.TotalTimeout)
        {
            Skip(work.Entry, SkipReason.Limit);
            Done();
            return;
        }

        if (work.Entry.Length > options.MaxFileBytes)
        {
            await AnalyzePartsAsync(work, cancellationToken);
            Done();
            return;
        }

        ReadOnlyMemory<byte> content;
        try
        {
            content = await source.ReadAsync(work.Entry, cancellationToken);
        }
        catch (IOException)
        {
            Skip(work.Entry, SkipReason.Unreadable);
            Done();
            return;
        }

        try
        {
            await AnalyzeAsync(work, content, cancellationToken);
        }
        finally
        {
            source.Release(content);
        }
        await StoreAsync(StoreBatch, cancellationToken);
        Done();
    }

    private async ValueTask AnalyzeAsync(FileWork work, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _bytesRead, content.Length);
        var file = new SourceFile(work.Entry.Path, content);
        if (content.Length > options.MaxFileBytes)
        {
            // It grew after it was listed.
            Skip(work.Entry, SkipReason.TooLarge);
        }
        else if (SkipReasonOf(file) is { } reason)
        {
            Skip(work.Entry, reason);
            foreach (var task in work.Tasks) Store(task, AnalysisResult.OfSkip(reason));
        }
        else
        {
            foreach (var task in work.Tasks) await AnalyzeAsync(task, work.Entry, file, cancellationToken);
        }
    }

    private async ValueTask AnalyzePartsAsync(FileWork work, CancellationToken cancellationToken)
    {
        try
        {
            if (source.OpenRead(work.Entry) is not { } stream)
            {
                Skip(work.Entry, SkipReason.TooLarge);
                return;
            }
            await using var windows = new FileWindows(work.Entry.Path, stream);
            var found = work.Tasks.ToDictionary(t => t, _ => new List<Finding>());
            while (await windows.NextAsync(cancellationToken) is { } window)
            {
                if (Stopwatch.GetElapsedTime(_started) >= options.TotalTimeout)
                {
                    Skip(work.Entry, SkipReason.Limit);
                    return;
                }
                foreach (var (task, findings) in found.Where(f => f.Value.Count <= options.MaxFindingsPerFile).ToArray())
                {
                    if (await TryAnalyzeAsync(task.Tally, work.Entry, window.File, cancellationToken) is { } more) findings.AddRange(window.Own(more));
                    else found.Remove(task);
                }
                if (found.Count == 0) return;
            }
            Interlocked.Add(ref _bytesRead, windows.BytesRead);
            if (windows.IsBinary) Skip(work.Entry, SkipReason.Binary);
            else foreach (var (task, findings) in found) Take(task, work.Entry, findings);
        }
        catch (IOException)
        {
            Skip(work.Entry, SkipReason.Unreadable);
        }
    }

    private async ValueTask AnalyzeAsync(FileTask task, FileEntry entry, SourceFile file, CancellationToken cancellationToken)
    {
        if (await TryAnalyzeAsync(task.Tally, entry, file, cancellationToken) is not { } found) return;
        var (lasting, findings) = task.Tally.Analyzer is IFixingAnalyzer fixing && found.Any(f => f.Propose is not null) ? await ProveFixesAsync(fixing, entry, file, found, cancellationToken) : (true, found);
        // Fixes that were not tried to the end are made anew by the next scan.
        if (Take(task, entry, findings) && lasting) Store(task, AnalysisResult.Write(findings));
    }

    // False when there were too many.
    private bool Take(FileTask task, FileEntry entry, IReadOnlyList<Finding> findings)
    {
        if (findings.Count > options.MaxFindingsPerFile)
        {
            task.Tally.AddError(new FileError(entry.Path, $"more than {options.MaxFindingsPerFile} findings; the rest was dropped"));
            // The file does not count as covered: what was dropped must not look fixed.
            foreach (var finding in findings.Take(options.MaxFindingsPerFile)) _findings.Add(finding with { BlobId = entry.BlobId });
            return false;
        }
        Accept(task.Tally, entry, findings);
        return true;
    }

    // Null when it failed, which the run then says.
    private async ValueTask<IReadOnlyList<Finding>?> TryAnalyzeAsync(PluginTally tally, FileEntry entry, SourceFile file, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.FileTimeout);
        try
        {
            return await tally.Analyzer.AnalyzeAsync(file, _context, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Skip(entry, SkipReason.Timeout);
            tally.AddError(new FileError(entry.Path, $"not finished within {options.FileTimeout.TotalSeconds:0.#} s"));
        }
        catch (AnalysisException ex)
        {
            tally.AddError(new FileError(entry.Path, ex.Message));
        }
        catch (Exception ex) when (!cancellationToken.IsCancellationRequested)
        {
            // A defect of one analyzer must not cost the others' results; the run says so.
            tally.AddError(new FileError(entry.Path, $"internal error: {ex.GetType().Name}"));
        }
        return null;
    }

    private async ValueTask<(bool Lasting, IReadOnlyList<Finding> Findings)> ProveFixesAsync(
        IFixingAnalyzer proposer, FileEntry entry, SourceFile file, IReadOnlyList<Finding> findings, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.FileTimeout);
        var prover = new FixProver([.. _tallies.Values.Where(t => t.IsAllowed(options.Allowed) && t.Analyzer.Accepts(entry)).Select(t => t.Analyzer)], _context);
        var proved = await prover.ProveAsync(file, proposer, findings, limit.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return proved;
    }

    private static string? SkipReasonOf(SourceFile file)
    {
        if (file.Content.Length < 1024 && file.Content.Span.StartsWith(LfsHeader)) return SkipReason.LfsPointer;
        return file.IsBinary ? SkipReason.Binary : null;
    }

    private void Accept(PluginTally tally, FileEntry entry, IReadOnlyList<Finding> findings)
    {
        tally.AddFile(entry.Path, findings.Count);
        foreach (var finding in findings) _findings.Add(finding with { BlobId = entry.BlobId });
    }

    private void Skip(FileEntry entry, string reason) => _skipped.Add(new SkippedEntry(entry.Path, entry.Length, reason));

    private void Done()
    {
        var done = Interlocked.Increment(ref _filesDone);
        if (done % ProgressStep == 0) progress?.Report(new ScanProgressSample(done, source.Entries.Count, Interlocked.Read(ref _bytesRead)));
    }

    private void Store(FileTask task, ReadOnlyMemory<byte> result)
    {
        if (task.Key is { } key) _toStore.Enqueue(KeyValuePair.Create(key, result));
    }

    // Stored as the scan goes on, so that a scan that is stopped or killed has not worked for nothing.
    private async Task StoreAsync(int threshold, CancellationToken cancellationToken)
    {
        if (_toStore.Count <= threshold) return;

        await _storing.WaitAsync(cancellationToken);
        try
        {
            var entries = new Dictionary<AnalysisKey, ReadOnlyMemory<byte>>();
            while (_toStore.TryDequeue(out var entry)) entries[entry.Key] = entry.Value;
            if (entries.Count > 0) await cache.StoreAsync(entries, cancellationToken);
        }
        finally
        {
            _storing.Release();
        }
    }

    public void Dispose() => _storing.Dispose();

    private sealed record FileTask(PluginTally Tally, AnalysisKey? Key);

    private sealed class FileWork(FileEntry entry, FileTask[] tasks)
    {
        public FileEntry Entry { get; } = entry;

        public FileTask[] Tasks { get; set; } = tasks;
    }
}
