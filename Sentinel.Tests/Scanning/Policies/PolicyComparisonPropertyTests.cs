using System.Collections.Immutable;
using CsCheck;
using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>
/// A policy is looser than another if, and only if, it lets a finding pass that the other blocks, on the day or later. Covered: all
/// thresholds; paths of up to three names over patterns that overlap; suppressions by rule, path and fingerprint with days in the past, on
/// the day and after it; live secrets; the rule of loosened policies itself. Whether a set of findings passes hangs on each finding alone,
/// so single findings stand for all sets.
/// </summary>
public sealed class PolicyComparisonPropertyTests
{
    private const int Samples = 400;

    private static readonly DateOnly Today = new(2026, 6, 15);
    private static readonly string[] Rules = ["sudo", "root-user", "unnamed", PolicyLoosened.RuleId];
    private static readonly string[] Fingerprints = [new('1', 64), new('2', 64), new('3', 64)];

    // The day itself and each day after which a suppression of the samples is over.
    private static readonly DateOnly[] Days = [Today, Today.AddDays(1), Today.AddDays(2), Today.AddDays(3)];

    private static readonly string[] Paths = [.. AllPaths(["a", "b", "z", "zz"], 3)];

    private static readonly Gen<Glob> Patterns = Gen.OneOf("**", "a/**", "a/", "*/b", "**/b", "a", "b", "?", "*", "b/a", "**/a/**", "a/**/b", "zz/*", "*/*/?", "**/z*").Select(Glob.Parse);

    private static readonly Gen<ImmutableArray<Glob>> Lists = Patterns.Array[0, 3].Select(p => p.ToImmutableArray());

    private static readonly Gen<PolicySuppression> Suppressions = Gen.Select(
        Gen.OneOf("sudo", "root-user", PolicyLoosened.RuleId), Optional(Patterns), Optional(Gen.OneOf(Fingerprints[0], Fingerprints[1])), Gen.Int[-1, 3],
        (rule, path, fingerprint, days) => new PolicySuppression { Rule = rule, Path = path, Fingerprint = fingerprint, Reason = "x", Expires = days == 3 ? null : Today.AddDays(days) });

    private static readonly Gen<PolicyGate> Gates = Gen.Select(
        Gen.Int[0, 5], Gen.Enum<Confidence>(), Gen.Bool, (severity, confidence, onlyNew) => new PolicyGate { Severity = severity == 5 ? null : (Severity)severity, Confidence = confidence, OnlyNew = onlyNew });

    private static readonly Gen<RepositoryPolicy> Policies = Gen.Select(Gates, Lists, Lists, Suppressions.Array[0, 3], Of);

    // Two policies that differ in all respects, or in one of them, where nothing else can answer for it.
    private static readonly Gen<(RepositoryPolicy Before, RepositoryPolicy After)> Pairs = Gen.Select(Policies, Policies, Gen.Int[0, 4], (a, b, which) => (a, which switch
    {
        0 => b,
        1 => a with { Gate = b.Gate },
        2 => a with { Paths = b.Paths },
        3 => a with { Suppressions = b.Suppressions },
        _ => a with { Suppressions = [.. a.Suppressions, .. b.Suppressions] },
    }));

    [Fact]
    public void IsLooser_AnyTwoPolicies_IffAFindingPassesThatTheOldOneBlocks() => Pairs.Sample(
        pair =>
        {
            var witness = Witness(pair.Before, pair.After, Paths);
            // The shortest path that tells may be longer, or have a name that is none of ours; whatever path it is, it has to tell.
            if (witness is null && PolicyComparison.IsLooser(pair.Before, pair.After, Today)) witness = Witness(pair.Before, pair.After, PathsBetween(pair.Before, pair.After));

            Assert.True(
                PolicyComparison.IsLooser(pair.Before, pair.After, Today) == witness is not null,
                $"named: {string.Join("; ", PolicyComparison.Loosened(pair.Before, pair.After, Today).Select(c => c.Text))}; passes: {witness}");
        },
        iter: Samples);

    [Fact]
    public void IsLooser_SamePolicy_IsFalse() => Policies.Sample(policy => Assert.Empty(PolicyComparison.Loosened(policy, policy, Today)), iter: Samples);

    [Fact]
    public void IsLooser_AnyThreePolicies_IsTransitiveWhereNothingIsLooser() => Gen.Select(Policies, Policies, Policies).Sample(
        (a, b, c) =>
        {
            if (!PolicyComparison.IsLooser(a, b, Today) && !PolicyComparison.IsLooser(b, c, Today)) Assert.Empty(PolicyComparison.Loosened(a, c, Today));
        },
        iter: Samples * 10);

    [Fact]
    public void Evaluate_PolicyThatIsNotLooser_NeverConcludesBetter() => Gen.Select(Pairs, Gen.Int.Array[0, 20]).Sample(
        (pair, picks) =>
        {
            if (PolicyComparison.IsLooser(pair.Before, pair.After, Today)) return;
            var findings = picks.Select(Pick).ToArray();

            var failed = PolicyEvaluation.Evaluate(pair.Before, findings, Today).Conclusion == GateConclusion.Failure;

            Assert.True(!failed || PolicyEvaluation.Evaluate(pair.After, findings, Today).Conclusion == GateConclusion.Failure);
        },
        iter: Samples * 5);

    private static bool Blocks(RepositoryPolicy policy, GateFinding finding, DateOnly day) => PolicyEvaluation.Decide(policy, finding, day).Outcome == GateOutcome.Blocking;

    private static (GateFinding Finding, DateOnly Day)? Witness(RepositoryPolicy before, RepositoryPolicy after, IEnumerable<string> paths) =>
        Findings(paths).SelectMany(f => Days.Select(day => (Finding: f, Day: day))).Cast<(GateFinding Finding, DateOnly Day)?>()
            .FirstOrDefault(w => Blocks(before, w!.Value.Finding, w.Value.Day) && !Blocks(after, w.Value.Finding, w.Value.Day));

    // One path for each way of fitting one pattern of the new policy and not some of the old one.
    private static IEnumerable<string> PathsBetween(RepositoryPolicy before, RepositoryPolicy after)
    {
        var allowed = before.Suppressions.Select(s => s.Path).OfType<Glob>().ToArray();
        var wanted = after.Paths.Exclude.Concat(after.Suppressions.Select(s => s.Path).OfType<Glob>()).Select(g => new[] { g }).Append([]);
        return (
            from pattern in wanted
            from include in new[] { [], before.Paths.Include }
            from exclude in new[] { [], before.Paths.Exclude, before.Paths.Exclude.AddRange(after.Paths.Include) }
            from some in Enumerable.Range(0, 1 << allowed.Length)
            select new PathSearch().Find([include, pattern], [.. exclude, .. allowed.Where((_, i) => (some & (1 << i)) != 0)]).Path).OfType<string>().Distinct();
    }

    // Thresholds and places do not hang on one another, so each is gone through where the other is as bad as it can be.
    private static IEnumerable<GateFinding> Findings(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            foreach (var rule in Rules)
            {
                foreach (var fingerprint in Fingerprints)
                {
                    var finding = new GateFinding { RuleId = rule, Path = path, Fingerprint = fingerprint, Severity = Severity.Critical, Confidence = Confidence.High };
                    yield return finding;
                    yield return finding with { IsLiveSecret = true };
                }
            }
        }
        foreach (var severity in Enum.GetValues<Severity>())
        {
            foreach (var confidence in Enum.GetValues<Confidence>())
            {
                foreach (var origin in Enum.GetValues<FindingOrigin>())
                    yield return new GateFinding { RuleId = "unnamed", Path = "a", Fingerprint = Fingerprints[2], Severity = severity, Confidence = confidence, Origin = origin, IsLiveSecret = true };
            }
        }
    }

    private static GateFinding Pick(int seed)
    {
        var random = new Random(seed);
        return new GateFinding
        {
            RuleId = Rules[random.Next(Rules.Length)],
            Path = Paths[random.Next(Paths.Length)],
            Fingerprint = Fingerprints[random.Next(Fingerprints.Length)],
            Severity = (Severity)random.Next(5),
            Confidence = (Confidence)random.Next(3),
            Origin = (FindingOrigin)random.Next(3),
            IsLiveSecret = random.Next(2) == 0,
        };
    }

    private static RepositoryPolicy Of(PolicyGate gate, ImmutableArray<Glob> include, ImmutableArray<Glob> exclude, PolicySuppression[] suppressions) =>
        new() { Gate = gate, Paths = new PolicyPaths { Include = include, Exclude = exclude }, Suppressions = [.. suppressions] };

    private static Gen<T?> Optional<T>(Gen<T> gen) where T : class => Gen.Select(Gen.Bool, gen, (given, value) => given ? value : null);

    private static IEnumerable<string> AllPaths(string[] names, int depth) =>
        depth == 1 ? names : names.Concat(AllPaths(names, depth - 1).SelectMany(rest => names.Select(name => $"{name}/{rest}")));
}
