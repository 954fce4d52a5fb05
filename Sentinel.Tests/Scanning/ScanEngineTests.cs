using System.Collections.Concurrent;
using Sentinel.Scanning;

namespace Sentinel.Tests.Scanning;

public sealed class ScanEngineTests
{
    private static readonly ScanOptions Options = new() { FingerprintKey = new byte[32], Parallelism = 4 };

    [Fact]
    public async Task Scan_ManyFiles_ReportsFindingsInOrderWhateverTheParallelism()
    {
        var source = new MemorySource();
        for (var i = 0; i < 300; i++) source.With($"d{i % 7}/f{i:000}.txt", $"good\nbad {i}\nbad again\n");

        var reports = new List<ScanReport>();
        foreach (var parallelism in new[] { 1, 2, 8 })
            reports.Add(await ScanAsync([new FakeAnalyzer()], source, Options with { Parallelism = parallelism }));

        Assert.Equal(600, reports[0].Findings.Count);
        Assert.Equal(reports[0].Findings.OrderBy(f => f.Location.Path, StringComparer.Ordinal).ThenBy(f => f.Location.Region.StartLine), reports[0].Findings);
        Assert.All(reports, r => Assert.Equal(reports[0].Findings, r.Findings));
        Assert.True(reports[0].IsComplete);
    }

    [Fact]
    public void Engine_TwoPluginsOfOneId_AreRefused() =>
        Assert.Throws<ArgumentException>(() => new ScanEngine([new FakeAnalyzer(), new FakeAnalyzer()]));

    [Fact]
    public void RulePackHash_ChangesWithAVersion() =>
        Assert.NotEqual(new ScanEngine([new FakeAnalyzer(version: 1)]).RulePackHash, new ScanEngine([new FakeAnalyzer(version: 2)]).RulePackHash);

    [Fact]
    public async Task Scan_PluginThatThrows_IsPartialAndLeavesTheOthersAlone()
    {
        var source = new MemorySource().With("a.txt", "bad").With("b.txt", "bad");
        var broken = new FakeAnalyzer("test/broken")
        {
            Before = (file, _) => file.Path == "b.txt" ? throw new InvalidOperationException("contains a secret") : Task.CompletedTask,
        };

        var report = await ScanAsync([broken, new FakeAnalyzer()], source, Options);

        var run = report.Plugins.Single(p => p.Plugin.Id == "test/broken");
        Assert.Equal(PluginStatus.Partial, run.Status);
        // The exception's text may quote the file; only its kind is told.
        Assert.Equal([new FileError("b.txt", "internal error: InvalidOperationException")], run.Errors);
        Assert.Equal(PluginStatus.Succeeded, report.Plugins.Single(p => p.Plugin.Id == "test/bad").Status);
        Assert.Equal(3, report.Findings.Count);
        Assert.False(report.IsComplete);
        Assert.Equal(["a.txt"], report.Covered["test/broken"]);
    }

    [Fact]
    public async Task Scan_PluginThatAlwaysThrows_Failed()
    {
        var broken = new FakeAnalyzer { Before = (_, _) => throw new InvalidOperationException() };

        var report = await ScanAsync([broken], new MemorySource().With("a", "bad"), Options);

        Assert.Equal(PluginStatus.Failed, Assert.Single(report.Plugins).Status);
    }

    [Fact]
    public async Task Scan_CapabilityNotAllowed_SkipsThePluginWithAReason()
    {
        var report = await ScanAsync([new FakeAnalyzer(requires: Capabilities.Network)], new MemorySource().With("a", "bad"), Options);

        var run = Assert.Single(report.Plugins);
        Assert.Equal(PluginStatus.Skipped, run.Status);
        Assert.Equal("needs Network, which this scan does not allow", run.Detail);
        Assert.False(report.IsComplete);
    }

    [Fact]
    public async Task Scan_SlowFile_IsSkippedAsTimeoutAndTheRestGoesOn()
    {
        var slow = new FakeAnalyzer { Before = (file, token) => file.Path == "slow" ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask };

        var report = await ScanAsync([slow], new MemorySource().With("fast", "bad").With("slow", "bad"), Options with { FileTimeout = TimeSpan.FromMilliseconds(50) });

        Assert.Equal([new SkippedEntry("slow", 3, SkipReason.Timeout)], report.Skipped);
        Assert.Equal("fast", Assert.Single(report.Findings).Location.Path);
        Assert.False(report.IsComplete);
    }

    [Fact]
    public async Task Scan_WhatCannotBeAnalysed_IsListedWithItsReason()
    {
        var source = new MemorySource()
            .With("binary.bin", [1, 0, 2])
            .With("large.txt", new string('x', 200))
            .With("pointer.psd", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
            .WithUnreadable("broken.txt")
            .With("utf16.txt", [0xFF, 0xFE, (byte)'b', 0, (byte)'a', 0, (byte)'d', 0]);
        source.Left.Add(new SkippedEntry("link", 0, SkipReason.Symlink));

        var report = await ScanAsync([new FakeAnalyzer()], source, Options with { MaxFileBytes = 100 });

        Assert.Equal(
            [
                new SkippedEntry("binary.bin", 3, SkipReason.Binary),
                new SkippedEntry("broken.txt", 10, SkipReason.Unreadable),
                new SkippedEntry("large.txt", 200, SkipReason.TooLarge),
                new SkippedEntry("link", 0, SkipReason.Symlink),
                new SkippedEntry("pointer.psd", 63, SkipReason.LfsPointer),
            ],
            report.Skipped);
        Assert.Equal("utf16.txt", Assert.Single(report.Findings).Location.Path);
        Assert.False(report.IsComplete);
    }

    [Theory]
    [InlineData(2, long.MaxValue)]
    [InlineData(int.MaxValue, 7)]
    public async Task Scan_LimitOfFilesOrBytes_SkipsTheRest(int maxFiles, long maxBytes)
    {
        var source = new MemorySource().With("a", "bad").With("b", "bad").With("c", "bad");

        var report = await ScanAsync([new FakeAnalyzer()], source, Options with { MaxFiles = maxFiles, MaxTotalBytes = maxBytes });

        Assert.Equal([new SkippedEntry("c", 3, SkipReason.Limit)], report.Skipped);
        Assert.Equal(2, report.Findings.Count);
        Assert.False(report.IsComplete);
    }

    [Fact]
    public async Task Scan_NoTimeLeft_SkipsWhatIsNotBegun()
    {
        var report = await ScanAsync([new FakeAnalyzer()], new MemorySource().With("a", "bad"), Options with { TotalTimeout = TimeSpan.Zero });

        Assert.Equal([new SkippedEntry("a", 3, SkipReason.Limit)], report.Skipped);
        Assert.False(report.IsComplete);
    }

    [Fact]
    public async Task Scan_TooManyFindingsInAFile_AreCutAndTheFileDoesNotCount()
    {
        var source = new MemorySource().With("a", string.Concat(Enumerable.Repeat("bad\n", 30)));

        var report = await ScanAsync([new FakeAnalyzer()], source, Options with { MaxFindingsPerFile = 10 });

        Assert.Equal(10, report.Findings.Count);
        Assert.Empty(report.Covered["test/bad"]);
        Assert.False(report.IsComplete);
    }

    [Fact]
    public async Task Scan_CallerStops_ThrowsAndKeepsWhatIsDone()
    {
        using var stop = new CancellationTokenSource();
        var source = new MemorySource();
        for (var i = 0; i < 3000; i++) source.With($"f{i}", $"file {i}");
        var cache = new MemoryCache();
        var analysed = 0;
        var analyzer = new FakeAnalyzer
        {
            // Whoever comes after the one that stops waits for the stop, however fast the machine is.
            Before = (_, token) => Interlocked.Increment(ref analysed) switch { < 2500 => Task.CompletedTask, 2500 => stop.CancelAsync(), _ => Task.Delay(Timeout.Infinite, token) },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ScanEngine([analyzer]).ScanAsync(source, cache, Options, null, stop.Token));

        Assert.InRange(cache.Entries.Count, 1000, 2600);
    }

    [Fact]
    public async Task Scan_SecondTimeAfterOneChange_ReadsOneFile()
    {
        var cache = new MemoryCache();
        var engine = new ScanEngine([new FakeAnalyzer()]);
        var first = new MemorySource();
        for (var i = 0; i < 10_000; i++) first.With($"f{i:00000}", i % 100 == 0 ? $"bad {i}" : $"good {i}");
        var firstReport = await engine.ScanAsync(first, cache, Options, null, TestContext.Current.CancellationToken);
        var second = new MemorySource();
        for (var i = 0; i < 10_000; i++) second.With($"f{i:00000}", i == 5000 ? "changed" : i % 100 == 0 ? $"bad {i}" : $"good {i}");
        cache = Copy(cache);

        var report = await engine.ScanAsync(second, cache, Options, null, TestContext.Current.CancellationToken);

        Assert.Equal(["f05000"], second.Read);
        Assert.Equal(9999, report.CacheHits);
        Assert.Equal(7, report.BytesRead);
        Assert.InRange(cache.Lookups, 1, 4);
        Assert.Equal(firstReport.Findings.Where(f => f.Location.Path != "f05000"), report.Findings);
    }

    [Fact]
    public async Task Scan_CopiedAndRenamedFiles_ShareOneResult()
    {
        var cache = new MemoryCache();
        await ScanAsync([new FakeAnalyzer()], new MemorySource().With("old/a.txt", "bad"), Options, cache);
        var moved = new MemorySource().With("new/b.txt", "bad").With("new/c.txt", "bad");

        var report = await ScanAsync([new FakeAnalyzer()], moved, Options, cache);

        Assert.Empty(moved.Read);
        Assert.Equal(["new/b.txt", "new/c.txt"], report.Findings.Select(f => f.Location.Path));
        Assert.Equal(["new/b.txt", "new/c.txt"], report.Covered["test/bad"].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scan_OtherKeyVersionOrPlugin_DoesNotUseTheResult()
    {
        var cache = new MemoryCache();
        var source = new MemorySource().With("a", "bad");
        await ScanAsync([new FakeAnalyzer()], source, Options, cache);
        byte[] otherKey = [1, .. new byte[31]];

        await ScanAsync([new FakeAnalyzer()], source, Options with { FingerprintKey = otherKey }, cache);
        await ScanAsync([new FakeAnalyzer(version: 2)], source, Options, cache);
        await ScanAsync([new FakeAnalyzer("test/other")], source, Options, cache);

        Assert.Equal(4, source.Read.Count);
        Assert.Equal(4, cache.Entries.Count);
    }

    [Fact]
    public async Task Scan_DamagedCacheEntry_IsAnalysedAgain()
    {
        var cache = new MemoryCache();
        var source = new MemorySource().With("a", "bad");
        await ScanAsync([new FakeAnalyzer()], source, Options, cache);
        foreach (var key in cache.Entries.Keys) cache.Entries[key] = new byte[] { 1, 2, 3, 4, 5 };

        var report = await ScanAsync([new FakeAnalyzer()], source, Options, cache);

        Assert.Single(report.Findings);
    }

    [Fact]
    public async Task Scan_BinaryFile_IsRememberedWithoutReading()
    {
        var cache = new MemoryCache();
        var source = new MemorySource().With("a", [1, 0, 2]);
        await ScanAsync([new FakeAnalyzer()], source, Options, cache);

        var report = await ScanAsync([new FakeAnalyzer()], source, Options, cache);

        Assert.Equal([new SkippedEntry("a", 3, SkipReason.Binary)], report.Skipped);
        Assert.Single(source.Read);
        Assert.True(report.IsComplete);
    }

    [Fact]
    public async Task Scan_Progress_ReachesTheTotal()
    {
        var source = new MemorySource();
        for (var i = 0; i < 120; i++) source.With($"f{i}", "good");
        source.With("x.ignored", "good");
        var samples = new Samples();

        var report = await new ScanEngine([new FakeAnalyzer()]).ScanAsync(source, NoAnalysisCache.Instance, Options, samples, TestContext.Current.CancellationToken);

        Assert.Contains(new ScanProgressSample(121, 121, report.BytesRead), samples.Seen);
        Assert.All(samples.Seen, s => Assert.InRange(s.FilesDone, 0, s.FilesTotal));
        Assert.True(samples.Seen.Count >= 4);
    }

    private static Task<ScanReport> ScanAsync(IEnumerable<IFileAnalyzer> analyzers, IFileSource source, ScanOptions options, IAnalysisCache? cache = null) =>
        new ScanEngine(analyzers).ScanAsync(source, cache ?? NoAnalysisCache.Instance, options, null, TestContext.Current.CancellationToken);

    private static MemoryCache Copy(MemoryCache cache)
    {
        var copy = new MemoryCache();
        foreach (var (key, value) in cache.Entries) copy.Entries[key] = value;
        return copy;
    }

    private sealed class Samples : IProgress<ScanProgressSample>
    {
        public ConcurrentBag<ScanProgressSample> Seen { get; } = [];

        public void Report(ScanProgressSample value) => Seen.Add(value);
    }
}
