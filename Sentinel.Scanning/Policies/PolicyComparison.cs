using System.Globalization;

namespace Sentinel.Scanning.Policies;

/// <summary>One respect in which a policy lets more pass than the one before it.</summary>
/// <param name="Key">The key in the new policy, such as <c>gate.severity</c>; <see cref="PolicyReading.PlaceOf"/> knows its place.</param>
/// <param name="Text">For people: <c>gate.severity high -> critical</c>.</param>
public sealed record PolicyChange(string Key, string Text);

/// <summary>
/// Compares what two policies let pass. The answer is exact: a change is named if, and only if, there is a finding that the old policy
/// blocks, today or later, and the new one does not. A pattern that is written differently but says the same is no change.
/// </summary>
public static class PolicyComparison
{
    /// <summary>Whether the new policy lets anything pass that the old one blocks.</summary>
    /// <param name="today">The day in UTC: a suppression that is over by then loosens nothing.</param>
    public static bool IsLooser(RepositoryPolicy before, RepositoryPolicy after, DateOnly today) => Loosened(before, after, today).Count > 0;

    /// <summary>In which respects it does, in the order of the file; empty when it does not.</summary>
    /// <inheritdoc cref="IsLooser"/>
    public static IReadOnlyList<PolicyChange> Loosened(RepositoryPolicy before, RepositoryPolicy after, DateOnly today)
    {
        if (before.Gate.Severity is null) return [];
        var search = new PathSearch();
        return [.. Gate(before.Gate, after.Gate), .. Paths(before.Paths, after.Paths, search), .. Suppressions(before, after, today, search)];
    }

    private static IEnumerable<PolicyChange> Gate(PolicyGate before, PolicyGate after)
    {
        if (after.Severity is null || after.Severity > before.Severity)
            yield return new PolicyChange("gate.severity", $"gate.severity {Word(before.Severity)} -> {Word(after.Severity)}");
        if (after.Confidence > before.Confidence)
            yield return new PolicyChange("gate.confidence", $"gate.confidence {Word(before.Confidence)} -> {Word(after.Confidence)}");
        if (after.OnlyNew && !before.OnlyNew) yield return new PolicyChange("gate.only-new", "gate.only-new false -> true");
    }

    private static IEnumerable<PolicyChange> Paths(PolicyPaths before, PolicyPaths after, PathSearch search)
    {
        if (!after.Include.IsEmpty && search.Find([before.Include], [.. before.Exclude, .. after.Include]) is { MayExist: true } left)
            yield return new PolicyChange("paths.include", $"paths.include leaves out {Shown(left)}");
        foreach (var (index, pattern) in after.Exclude.Index())
        {
            if (search.Find([before.Include, [pattern]], before.Exclude).MayExist)
                yield return new PolicyChange(string.Create(CultureInfo.InvariantCulture, $"paths.exclude[{index}]"), $"excludes {pattern}");
        }
    }

    private static IEnumerable<PolicyChange> Suppressions(RepositoryPolicy before, RepositoryPolicy after, DateOnly today, PathSearch search)
    {
        foreach (var (index, suppression) in after.Suppressions.Index())
        {
            // The rule of weaker policies cannot be suppressed.
            if (suppression.IsExpired(today) || suppression.Rule == PolicyLoosened.RuleId) continue;
            var old = before.Suppressions.Where(s => s.Rule == suppression.Rule && !s.IsExpired(today)).ToArray();
            // On its last day the fewest of the old ones are left.
            var lasting = old.Where(s => s.Expires is not { } end || (suppression.Expires is { } last && end >= last)).ToArray();
            if (!LetsPass(before.Paths, suppression, lasting, search)) continue;
            var isLonger = lasting.Length < old.Length && !LetsPass(before.Paths, suppression, old, search);
            yield return new PolicyChange(
                string.Create(CultureInfo.InvariantCulture, $"suppressions[{index}]"),
                $"{(isLonger ? "longer" : "new")} suppression of rule {suppression.Rule}{(suppression.Path is { } path ? $" at {path}" : "")}{Until(suppression.Expires)}");
        }
    }

    // Whether there is a finding that it allows, that none of the old ones does, and that counted. Without a fingerprint such a finding
    // is no live secret, and has a fingerprint that nobody named. With one it may be live, and then neither a path that is left out nor
    // a suppression without a fingerprint ever allowed it.
    private static bool LetsPass(PolicyPaths before, PolicySuppression suppression, PolicySuppression[] old, PathSearch search)
    {
        var others = old.Where(s => s.Fingerprint == suppression.Fingerprint).ToArray();
        if (others.Any(s => s.Path is null)) return false;
        Glob[] where = suppression.Path is { } path ? [path] : [];
        var allowed = others.Select(s => s.Path!);
        return (suppression.Fingerprint is null ? search.Find([before.Include, where], [.. before.Exclude, .. allowed]) : search.Find([where], [.. allowed])).MayExist;
    }

    private static string Until(DateOnly? end) =>
        end is { } day ? string.Create(CultureInfo.InvariantCulture, $" until {day.ToString(PolicyKeys.DateFormat, CultureInfo.InvariantCulture)}") : "";

    private static string Shown(PathAnswer answer) => answer.Path is { } path ? $"paths such as {path}" : "paths (there are too many patterns to say which)";

    private static string Word(Severity? severity) => severity?.ToString().ToLowerInvariant() ?? PolicyKeys.Never;

    private static string Word(Confidence confidence) => confidence.ToString().ToLowerInvariant();
}
