using Sentinel.Deployment.Checking.Rules;

namespace Sentinel.Deployment.Checking;

/// <summary>A rule that does not hold somewhere.</summary>
internal sealed record CheckFinding(CheckRule Rule, string Path, int Line, string Message, string? Exemption = null);

/// <summary>Checks deployments, ours or anyone's, against the rules.</summary>
internal static class Checker
{
    /// <summary>Every rule, in the order of their ids.</summary>
    public static readonly IReadOnlyList<CheckRule> Rules =
    [
        .. ((IEnumerable<CheckRule>)[.. EveryTargetRules.All, .. ComposeRules.All, .. WorkloadRules.All, .. ClusterRules.All, .. RenderRules.All, .. AwsRules.All, .. InstanceRules.All, .. AzureRules.All, .. ImageRules.All, .. LogRules.All, .. WorkflowRules.All])
            .OrderBy(r => r.Id[0]).ThenBy(r => int.Parse(r.Id[1..], System.Globalization.CultureInfo.InvariantCulture)),
    ];

    /// <summary>Everything that breaks a rule, exempted or not, each once, ordered by file, line and rule.</summary>
    public static IReadOnlyList<CheckFinding> Check(IReadOnlyList<CheckedFile> files, Exemptions exemptions, DateOnly today) =>
    [
        .. CheckedSets.Of(files).Append(new CheckedSet(files)).SelectMany((set, _) => Rules.Where(r => r.ComparesTargets == ReferenceEquals(set.Files, files)).SelectMany(rule => rule.Find(set).Select(b => new CheckFinding(rule, b.File.Path, b.Line, b.Message))))
            .Distinct().Select(f => f with { Exemption = exemptions.ReasonFor(f, today) })
            .OrderBy(f => f.Path, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Rule.Id, StringComparer.Ordinal).ThenBy(f => f.Message, StringComparer.Ordinal),
    ];
}
