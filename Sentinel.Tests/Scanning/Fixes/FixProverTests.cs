using Sentinel.Scanning;
using Sentinel.Scanning.Fixes;

namespace Sentinel.Tests.Scanning.Fixes;

/// <summary>Whatever is proposed, only what holds becomes a fix.</summary>
public sealed class FixProverTests
{
    private const string Text = "a\nbad one\nb\nbad two\nc\n";

    [Fact]
    public async Task Proposal_ThatHolds_BecomesAFixOfTheChangedLinesAlone()
    {
        var fix = (await ProveAsync(Text, Replace("bad one", "good\none"))).Fix;

        Assert.Equal(new FileFix(2, 2, "good\none", "Made good.", "test/bad@1, test/worse@7"), fix);
    }

    [Fact]
    public async Task Proposal_ThatOnlyTakesLinesAway_HasNoReplacement() =>
        Assert.Equal((2, 2, null), (await ProveAsync(Text, Replace("bad one\n", ""))).Fix is { } fix ? (fix.StartLine, fix.EndLine, fix.Replacement) : default);

    [Theory]
    [InlineData("bad one", "bad more", "the finding is another one, but there")]
    [InlineData("b\nbad", "b\nx\nbad", "the finding is still there")]
    [InlineData("bad one", "worse", "another analyzer finds something new")]
    [InlineData("bad one", "unreadable", "the file cannot be read any more")]
    [InlineData("bad one", "broken", "the file is no longer what it was")]
    [InlineData("bad one", "bad one", "nothing changes")]
    public async Task Proposal_ThatDoesNotHold_BecomesNothing(string old, string now, string why)
    {
        var finding = await ProveAsync(Text, Replace(old, now));

        Assert.True(finding.Fix is null, why);
        Assert.Null(finding.Propose);
    }

    [Theory]
    [InlineData("good\u2028evil")]
    [InlineData("good\u0085evil")]
    [InlineData("good \u202eevil")]
    [InlineData("good\u200bevil")]
    [InlineData("good\u0000evil")]
    public async Task Proposal_WithTextThatLooksOtherwiseThanItIs_BecomesNothing(string now) => Assert.Null((await ProveAsync(Text, Replace("bad one", now))).Fix);

    [Fact]
    public async Task Proposal_ThatThrows_CostsNothingButItself()
    {
        var (bad, file, context) = (new LineAnalyzer("bad", 1), SourceFile.FromText("a.txt", Text), new AnalysisContext(new byte[32]));
        var found = await bad.AnalyzeAsync(file, context, TestContext.Current.CancellationToken);

        var (complete, proved) = await new FixProver([bad], context).ProveAsync(
            file, bad, [found[0] with { Propose = new FixSource(() => throw new InvalidOperationException()) }, found[1] with { Propose = new FixSource(() => Replace("bad two", "good")) }], TestContext.Current.CancellationToken);

        Assert.True(complete);
        Assert.Equal([null, "good"], proved.Select(f => f.Fix?.Replacement));
    }

    [Fact]
    public async Task Time_ThatRunsOut_LeavesTheFindingsAndIsSaid()
    {
        var (bad, file, context) = (new LineAnalyzer("bad", 1), SourceFile.FromText("a.txt", Text), new AnalysisContext(new byte[32]));
        var found = await bad.AnalyzeAsync(file, context, TestContext.Current.CancellationToken);

        var (complete, proved) = await new FixProver([bad], context).ProveAsync(file, bad, [.. found.Select(f => f with { Propose = new FixSource(() => Replace("bad one", "good")) })], new CancellationToken(canceled: true));

        Assert.False(complete);
        Assert.Equal((2, true), (proved.Count, proved.All(f => f is { Fix: null, Propose: null })));
    }

    [Fact]
    public async Task Proposal_WithItsOwnConditionUnmet_BecomesNothing() =>
        Assert.Null((await ProveAsync(Text, Replace("bad one", "good") with { Holds = text => text.Contains("great", StringComparison.Ordinal) })).Fix);

    [Fact]
    public async Task Proposal_WithEditsThatOverlapOrLieOutside_BecomesNothing()
    {
        Assert.Null((await ProveAsync(Text, new FixProposal("x", [TextEdit.Delete(2, 9), TextEdit.Delete(5, 12)]))).Fix);
        Assert.Null((await ProveAsync(Text, new FixProposal("x", [TextEdit.Delete(2, 900)]))).Fix);
    }

    [Fact]
    public async Task Proposal_ThatWouldShowASecret_BecomesNothing()
    {
        var secret = SampleExpander.Expand("token = ghp_<alnum:36>", "fix");
        var text = $"a\nbad one\n{secret}\n";

        Assert.Null((await ProveAsync(text, Replace(text, "bad one\n" + secret, "good\n" + secret + " "))).Fix);
        Assert.NotNull((await ProveAsync(text, Replace(text, "bad one", "good"))).Fix);
    }

    [Fact]
    public async Task Proposal_BeyondWhatSomebodyCanJudge_BecomesNothing() =>
        Assert.Null((await ProveAsync(Text, Replace("bad one", string.Concat(Enumerable.Repeat("good\n", 100))))).Fix);

    [Fact]
    public async Task File_WithLineEndsOfWindows_GetsNoFix() =>
        Assert.Null((await ProveAsync("a\r\nbad one\r\n", Replace("a\r\nbad one\r\n", "bad one", "good"))).Fix);

    [Fact]
    public async Task CachedResult_KeepsTheFix()
    {
        const string Path = "Dockerfile";
        var (source, cache) = (new MemorySource().With(Path, "FROM debian:12\nRUN chmod 777 /a\n"), new MemoryCache());
        var engine = new ScanEngine(ScannerRegistration.Analyzers);

        var first = await ScanAsync();
        var second = await ScanAsync();

        Assert.Single(source.Read);
        Assert.Equal(first.Select(f => f.Fix), second.Select(f => f.Fix));
        Assert.Equal("RUN chmod 775 /a", first.Single(f => f.RuleId == "dockerfile-world-writable").Fix?.Replacement);

        async Task<IReadOnlyList<Finding>> ScanAsync() => (await engine.ScanAsync(
            source, cache, new ScanOptions { FingerprintKey = new byte[32] }, progress: null, TestContext.Current.CancellationToken)).Findings;
    }

    /// <summary>A tag may be moved: what a cache kept would name the commit of another day. The findings it may keep.</summary>
    [Fact]
    public async Task FixThatDependsOnTheMoment_IsMadeAnewByEveryScan()
    {
        var (source, cache) = (new MemorySource().With(FixBench.Workflow, "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: acme/deploy@v1\n"), new MemoryCache());
        var engine = new ScanEngine(ScannerRegistration.Analyzers);

        // Whoever scanned it first may have had nobody to ask.
        Assert.Null((await ScanAsync(null)).Fix);
        Assert.Contains(new string('1', 40), (await ScanAsync(Tag('1'))).Fix?.Replacement, StringComparison.Ordinal);
        Assert.Contains(new string('2', 40), (await ScanAsync(Tag('2'))).Fix?.Replacement, StringComparison.Ordinal);
        Assert.Equal((null, true), await ScanAsync(new KnownTags { IsSilent = true }) is var silent ? (silent.Fix, silent.FixIsUndecided) : default);
        Assert.Equal((null, false), await ScanAsync([]) is var none ? (none.Fix, none.FixIsUndecided) : default);
        Assert.Equal(5, source.Read.Count);

        Assert.Null((await ScanAsync(null)).Fix);
        Assert.Equal(5, source.Read.Count);

        async Task<Finding> ScanAsync(KnownTags? tags) => Assert.Single((await engine.ScanAsync(
            source, cache, new ScanOptions { FingerprintKey = new byte[32], Actions = tags }, progress: null, TestContext.Current.CancellationToken)).Findings);

        static KnownTags Tag(char digit) => new() { ["acme/deploy@v1"] = new string(digit, 40) };
    }

    /// <summary>Over files that people wrote: every fix, accepted line by line, takes its finding away and brings no other.</summary>
    [Theory]
    [InlineData("workflows", 80)]
    [InlineData("iac", 3)]
    public async Task Corpus_EveryFixHoldsWhenItIsAccepted(string corpus, int atLeast)
    {
        var (tried, rules) = (0, new SortedDictionary<string, int>(StringComparer.Ordinal));
        foreach (var (path, text) in await CorpusFiles.ReadAsync(corpus))
        {
            var before = await FixBench.ScanAsync(path, text);
            foreach (var finding in before.Where(f => f.Fix is not null))
            {
                var after = await FixBench.ScanAsync(path, FixBench.Apply(finding.Fix!, text));
                var left = before.Select(Key).ToList();
                Assert.All(after, f => Assert.True(left.Remove(Key(f)), $"{path}: {finding.RuleId} brings {f.RuleId} at line {f.Location.Region.StartLine}"));
                Assert.Contains(Key(finding), left);
                tried++;
                rules[finding.RuleId] = rules.GetValueOrDefault(finding.RuleId) + 1;
            }
        }
        Assert.InRange(tried, atLeast, int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", rules.Select(r => $"{r.Key} {r.Value}")));

        static (string, string) Key(Finding finding) => (finding.RuleId, finding.FingerprintHash);
    }

    private static FixProposal Replace(string old, string now) => Replace(Text, old, now);

    private static FixProposal Replace(string text, string old, string now) =>
        new("Made good.", [new TextEdit(new TextSpan(text.IndexOf(old, StringComparison.Ordinal), old.Length), now)]);

    // The first finding of the text, with the proposal, as the prover leaves it.
    private static async Task<Finding> ProveAsync(string text, FixProposal proposal)
    {
        var (bad, file, context) = (new LineAnalyzer("bad", 1), SourceFile.FromText("a.txt", text), new AnalysisContext(new byte[32]));
        var found = await bad.AnalyzeAsync(file, context, TestContext.Current.CancellationToken);
        IFileAnalyzer[] analyzers = [bad, new LineAnalyzer("worse", 7), .. ScannerRegistration.Analyzers.Where(a => a.Descriptor.Id.StartsWith("secrets/", StringComparison.Ordinal) && text.Contains("token", StringComparison.Ordinal))];
        var proved = await new FixProver(analyzers, context).ProveAsync(file, bad, [found[0] with { Propose = new FixSource(() => proposal) }, .. found.Skip(1)], TestContext.Current.CancellationToken);
        return proved.Findings[0];
    }

    /// <summary>Finds lines that begin with a word; cannot read a text with "unreadable" in it, and takes one with "broken" for something else.</summary>
    private sealed class LineAnalyzer(string word, int version) : IFixingAnalyzer
    {
        public PluginDescriptor Descriptor { get; } = new($"test/{word}", version, "Test");

        public IReadOnlyList<RuleDescriptor> Rules => [];

        public bool Accepts(FileEntry file) => true;

        public string PathClass(string path) => "";

        public bool IsSound(SourceFile before, SourceFile after, CancellationToken cancellationToken) => !after.Text.Contains("broken", StringComparison.Ordinal);

        public ValueTask<IReadOnlyList<Finding>> AnalyzeAsync(SourceFile file, AnalysisContext context, CancellationToken cancellationToken)
        {
            if (file.Text.Contains("unreadable", StringComparison.Ordinal)) throw new AnalysisException("unreadable");
            return ValueTask.FromResult<IReadOnlyList<Finding>>([.. file.Text.Split('\n').Select((line, i) => (Line: line, Number: i + 1))
                .Where(l => l.Line.StartsWith(word, StringComparison.Ordinal)).Select(l => new Finding
                {
                    RuleId = word,
                    AnalyzerId = Descriptor.Id,
                    Category = FindingCategory.Code,
                    Severity = Severity.High,
                    Confidence = Confidence.High,
                    Title = word,
                    Message = word,
                    Location = new Location(file.Path, new Region(l.Number, 1, l.Number, l.Line.Length + 1)),
                    FingerprintHash = l.Line.TrimEnd('\r'),
                })]);
        }
    }
}
