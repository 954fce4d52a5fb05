using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>In which respects a policy lets more pass, in words and at its place.</summary>
public sealed class PolicyComparisonTests
{
    private static readonly DateOnly Today = new(2026, 6, 15);

    [Theory]
    [InlineData("", "gate: {severity: critical}", "gate.severity: gate.severity high -> critical")]
    [InlineData("", "gate: {severity: none}", "gate.severity: gate.severity high -> none")]
    [InlineData("gate: {severity: none}", "gate: {severity: none, confidence: high}", "")]
    [InlineData("", "gate: {severity: low}", "")]
    [InlineData("", "gate: {confidence: high}", "gate.confidence: gate.confidence medium -> high")]
    [InlineData("gate: {only-new: false}", "", "gate.only-new: gate.only-new false -> true")]
    [InlineData("", "gate: {only-new: false}", "")]
    [InlineData("", "paths: {exclude: [src/**]}", "paths.exclude[0]: excludes src/**")]
    [InlineData("paths: {exclude: [src/]}", "paths: {exclude: [src/**]}", "")]
    [InlineData("paths: {exclude: [src/]}", "paths: {exclude: [src/a/, 'src/*/b', lib/]}", "paths.exclude[2]: excludes lib/")]
    [InlineData("paths: {exclude: ['**/*.js', '**/*.ts']}", "paths: {exclude: ['**/*.?s']}", "paths.exclude[0]: excludes **/*.?s")]
    [InlineData("paths: {exclude: [a]}", "", "")]
    [InlineData("", "paths: {include: [src/**]}", "paths.include: paths.include leaves out paths such as a")]
    [InlineData("paths: {include: [src/**, lib/**]}", "paths: {include: [src/**]}", "paths.include: paths.include leaves out paths such as lib/a")]
    [InlineData("paths: {include: [src/**]}", "paths: {include: [src/**, lib/**]}", "")]
    [InlineData("paths: {include: [src/**]}", "paths: {include: ['src/*', 'src/*/**']}", "")]
    [InlineData("paths: {include: [src/**]}", "paths: {include: [src/**], exclude: [docs/]}", "")]
    [InlineData("", "suppressions: [{rule: sudo, reason: x}]", "suppressions[0]: new suppression of rule sudo")]
    [InlineData("", "suppressions: [{rule: sudo, path: a/, reason: x, expires: 2026-12-31}]", "suppressions[0]: new suppression of rule sudo at a/ until 2026-12-31")]
    [InlineData("", "suppressions: [{rule: sudo, reason: x, expires: 2026-06-14}]", "")]
    [InlineData("suppressions: [{rule: sudo, reason: x}]", "suppressions: [{rule: sudo, path: a/, reason: y}]", "")]
    [InlineData("suppressions: [{rule: sudo, path: a/, reason: x}]", "suppressions: [{rule: sudo, reason: x}]", "suppressions[0]: new suppression of rule sudo")]
    [InlineData("suppressions: [{rule: sudo, reason: x, expires: 2026-07-01}]", "suppressions: [{rule: sudo, reason: x, expires: 2026-08-01}]", "suppressions[0]: longer suppression of rule sudo until 2026-08-01")]
    [InlineData("suppressions: [{rule: sudo, reason: x, expires: 2026-08-01}]", "suppressions: [{rule: sudo, reason: x, expires: 2026-07-01}]", "")]
    [InlineData("paths: {exclude: [a/]}", "paths: {exclude: [a/]}\nsuppressions: [{rule: sudo, path: a/b, reason: x}]", "")]
    [InlineData("", "suppressions: [{rule: policy-loosened, reason: x}]", "")]
    [InlineData("", "comments: {maximum: 0}\nai: {explain: false}", "")]
    [InlineData("", "comments: {minimum-acted-on: 100}", "")]
    [InlineData("comments: {minimum-acted-on: 50}", "comments: {minimum-acted-on: 0}", "")]
    public void Loosened_Change_IsNamed(string before, string after, string expected) =>
        Assert.Equal(expected, string.Join('|', PolicyComparison.Loosened(PolicyText.Policy(before), PolicyText.Policy(after), Today).Select(c => $"{c.Key}: {c.Text}")));

    [Fact]
    public void Loosened_PatternsThatNobodyCanCompare_CountAsLooser()
    {
        // Each position of a window of 60 characters doubles the number of cases.
        var before = PolicyText.Policy($"paths: {{exclude: ['*a{new string('?', 60)}']}}");
        var after = PolicyText.Policy($"paths: {{exclude: ['*b{new string('?', 60)}c']}}");

        Assert.Equal([new PolicyChange("paths.exclude[0]", $"excludes *b{new string('?', 60)}c")], PolicyComparison.Loosened(before, after, Today));
    }

    [Fact]
    public void Loosened_LargestPolicies_AreComparedInTime()
    {
        var excluded = string.Concat(Enumerable.Range(0, 200).Select(i => $"    - '**/generated{i}/**'\n"));
        var suppressed = string.Concat(Enumerable.Range(0, 500).Select(i => $"  - {{rule: sudo, path: 'a/**/b{i}/*.c', reason: x}}\n"));
        var before = PolicyText.Policy($"paths:\n  exclude:\n{excluded}");
        var after = PolicyText.Policy($"paths:\n  exclude:\n{excluded}suppressions:\n{suppressed}");
        var clock = System.Diagnostics.Stopwatch.StartNew();

        Assert.Equal(500, PolicyComparison.Loosened(before, after, Today).Count);
        Assert.Empty(PolicyComparison.Loosened(after, before, Today));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"It took {clock.Elapsed}.");
    }
}
