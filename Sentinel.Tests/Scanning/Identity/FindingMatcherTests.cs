using CsCheck;
using Sentinel.Scanning;
using Sentinel.Scanning.Identity;

namespace Sentinel.Tests.Scanning.Identity;

/// <summary>What people do to code must neither lose a finding nor let one swallow another.</summary>
public sealed class FindingMatcherTests
{
    private static readonly IReadOnlyDictionary<string, string> NoRenames = new Dictionary<string, string>();

    // A repository's state: up to 5 files with up to 8 defects of 3 kinds, so that equals are common; at most one defect a line.
    private static readonly Gen<KnownFinding[]> State =
        Gen.Select(Gen.Int[0, 4], Gen.Int[1, 60], Gen.Int[0, 2]).Array[0, 20].Select(places => Number(
            [.. places.DistinctBy(p => (p.Item1, p.Item2)).Select(p => Known($"src/{p.Item1}.cs", p.Item2 * 10, $"kind{p.Item3}"))]));

    [Fact]
    public void Match_LinesInsertedAnywhere_KeepsEveryFinding() =>
        Gen.Select(State, Gen.Int[0, 40].Array[5], Gen.Int[0, 700]).Sample((known, inserted, from) =>
        {
            var pairs = known.Select(k => (Known: k, Seen: Seen(k.Path, k.StartLine + (k.StartLine >= from ? inserted[FileNumber(k)] : 0), k.Fingerprint))).ToArray();

            AssertKept(pairs, known, NoRenames);
        });

    [Fact]
    public void Match_FilesRenamedAndSwapped_KeepsEveryFinding() =>
        Gen.Select(State, Gen.Shuffle(new[] { 0, 1, 2, 3, 4 })).Sample((known, order) =>
        {
            string NewPath(KnownFinding k) => $"src/{order[FileNumber(k)]}.cs";
            var renames = Enumerable.Range(0, 5).Where(i => order[i] != i).ToDictionary(i => $"src/{order[i]}.cs", i => $"src/{i}.cs");
            var pairs = known.Select(k => (Known: k, Seen: Seen(NewPath(k), k.StartLine, k.Fingerprint))).ToArray();

            AssertKept(pairs, known, renames);
        });

    [Fact]
    public void Match_FoldersMovedWithoutRenameInformation_KeepsEveryFindingOfAKind() =>
        State.Sample(known =>
        {
            var seen = known.Select(k => Seen("moved/" + k.Path, k.StartLine, k.Fingerprint)).ToArray();

            var result = FindingMatcher.Match(known, seen, NoRenames);

            Assert.Equal(known.Select(k => k.Id).Order(), result.Select(r => r.Known!.Id).Order());
        });

    [Fact]
    public void Match_SomeRemoved_TheRestKeepTheirs() =>
        Gen.Select(State, Gen.Bool.Array[20]).Sample((known, removed) =>
        {
            var pairs = known.Where((_, i) => !removed[i]).Select(k => (Known: k, Seen: Seen(k.Path, k.StartLine, k.Fingerprint))).ToArray();

            AssertKept(pairs, known, NoRenames);
        });

    [Fact]
    public void Match_EqualsAddedElsewhere_AreNewAndTheOldStay() =>
        Gen.Select(State, Gen.Int[1, 10]).Sample((known, copies) =>
        {
            var old = known.Select(k => (Known: k, Seen: Seen(k.Path, k.StartLine, k.Fingerprint))).ToArray();
            var added = Enumerable.Range(0, copies).Select(i => Seen("other/new.cs", i + 1, Kind("kind1"))).ToArray();

            var result = AssertKept(old, known, NoRenames, added);

            Assert.Equal(copies, result.Count(r => r.Known is null));
        });

    [Fact]
    public void Match_Anything_IsOneToOneWithFreeOrdinalsAndIndependentOfOrder() =>
        Gen.Select(State, State, Gen.Int[0, 1000]).Sample((known, other, seed) =>
        {
            var seen = other.Select(k => Seen(k.Path, k.StartLine, k.Fingerprint)).ToArray();

            var result = FindingMatcher.Match(known, seen, NoRenames);

            Assert.Equal(seen.Length, result.Sum(r => r.Places.Count));
            Assert.Distinct(result.Where(r => r.Known is not null).Select(r => r.Known!.Id));
            Assert.Distinct(result.Select(r => (r.Places[0].FingerprintHash, r.Ordinal)));
            var taken = known.Select(k => (k.Fingerprint, k.Ordinal)).ToHashSet();
            Assert.All(result.Where(r => r.Known is null), r => Assert.DoesNotContain((r.Places[0].FingerprintHash, r.Ordinal), taken));
            Assert.All(result.Where(r => r.Known is not null), r => Assert.Equal(r.Known!.Fingerprint, r.Places[0].FingerprintHash));
            var shuffled = FindingMatcher.Match(Rotate(known, seed), Rotate(seen, seed), NoRenames);
            Assert.Equal(Ids(result), Ids(shuffled));
        });

    [Theory]
    [InlineData(100, 200, 199, 200)]
    [InlineData(100, 200, 100, 100)]
    [InlineData(100, 102, 101, 102)]
    public void Match_OneOfTwoEqualsInAFileRemoved_ClosesTheRightOne(int first, int second, int left, int expected)
    {
        var known = Number([Known("a.cs", first, "k"), Known("a.cs", second, "k")]);

        var result = Assert.Single(FindingMatcher.Match(known, [Seen("a.cs", left, Kind("k"))], NoRenames));

        Assert.Equal(expected, result.Known!.StartLine);
    }

    [Fact]
    public void Match_ClosedFinding_ComesBackAtItsOwnPathOnly()
    {
        var known = Number([Known("a.cs", 10, "k") with { OnRef = false, Present = false }]);

        var here = Assert.Single(FindingMatcher.Match(known, [Seen("a.cs", 40, Kind("k"))], NoRenames));
        var elsewhere = Assert.Single(FindingMatcher.Match(known, [Seen("b.cs", 10, Kind("k"))], NoRenames));

        Assert.Equal(known[0], here.Known);
        Assert.Null(elsewhere.Known);
        Assert.Equal(1, elsewhere.Ordinal);
    }

    [Fact]
    public void Match_OneSecretInManyPlaces_IsOneFinding()
    {
        Finding[] places = [.. new[] { "b.txt", "a.txt", "c.txt" }.Select(p => Seen(p, 3, Kind("s")) with { Category = FindingCategory.Secret })];

        var result = Assert.Single(FindingMatcher.Match([], places, NoRenames));

        Assert.Equal(["a.txt", "b.txt", "c.txt"], result.Places.Select(p => p.Location.Path));
        Assert.Equal(0, result.Ordinal);
    }

    [Fact]
    public void Match_ThousandsOfEqualsInOneFile_EndsAtOnce()
    {
        var known = Number([.. Enumerable.Range(1, 3000).Select(i => Known("a.cs", i, "k"))]);
        Finding[] seen = [.. Enumerable.Range(1, 2990).Select(i => Seen("a.cs", i + 5, Kind("k")))];

        Assert.Equal(2990, FindingMatcher.Match(known, seen, NoRenames).Count(r => r.Known is not null));
    }

    private static IReadOnlyList<MatchedFinding> AssertKept(
        (KnownFinding Known, Finding Seen)[] pairs, KnownFinding[] known, IReadOnlyDictionary<string, string> renames, params Finding[] added)
    {
        var result = FindingMatcher.Match(known, [.. pairs.Select(p => p.Seen), .. added], renames);
        Assert.All(pairs, pair => Assert.Equal(pair.Known.Id, Assert.Single(result, r => r.Places.Any(p => ReferenceEquals(p, pair.Seen))).Known?.Id));
        return result;
    }

    private static KnownFinding[] Number(KnownFinding[] findings) =>
        [.. findings.GroupBy(f => f.Fingerprint, StringComparer.Ordinal).SelectMany(g => g.Select((f, i) => f with { Ordinal = i }))];

    private static KnownFinding Known(string path, int line, string kind) => new(Guid.NewGuid(), Kind(kind), 0, path, line, OnRef: true, Present: true);

    private static Finding Seen(string path, int line, string fingerprint) => new()
    {
        RuleId = "r",
        AnalyzerId = "a/b",
        Category = FindingCategory.Code,
        Severity = Severity.High,
        Confidence = Confidence.High,
        Title = "t",
        Message = "m",
        Location = new Location(path, new Region(line, 1, line, 2)),
        FingerprintHash = fingerprint,
    };

    private static string Kind(string kind) => CodeFingerprint.Of("r", kind);

    private static int FileNumber(KnownFinding finding) => finding.Path[4] - '0';

    private static T[] Rotate<T>(T[] items, int by) => items.Length == 0 ? items : [.. items[(by % items.Length)..], .. items[..(by % items.Length)]];

    private static IEnumerable<(string, int, Guid?, int)> Ids(IReadOnlyList<MatchedFinding> matched) =>
        matched.Select(m => (m.Places[0].Location.Path, m.Places[0].Location.Region.StartLine, m.Known?.Id, m.Ordinal)).Order();
}
