using System.Globalization;
using Sentinel.Scanning.Policies;
using Finding = Sentinel.Scanning.Finding;

namespace Sentinel.Worker.Feedback;

/// <summary>The policy by which a commit is judged.</summary>
/// <param name="Reading">What holds: of a change the merge base's, of a branch's commit its own.</param>
/// <param name="Head">The commit's own file; it decides nothing for a change, but its errors are told.</param>
/// <param name="Loosened">What the change would let pass that <paramref name="Reading"/> does not; null when nothing.</param>
/// <param name="Today">The day in UTC, for suppressions that expire.</param>
internal sealed record AppliedPolicy(PolicyReading Reading, PolicyReading Head, Finding? Loosened, DateOnly Today)
{
    /// <summary>What holds where there are no files.</summary>
    public static AppliedPolicy Default { get; } = new(PolicyReading.None, PolicyReading.None, null, DateOnly.MinValue);

    public RepositoryPolicy Policy => Reading.Policy;

    /// <summary>Errors of the files, the commit's own first, with the file's name.</summary>
    public IEnumerable<(string Path, PolicyError Error, bool IsHead)> Errors =>
        Head.Errors.Select(e => (Head.Path ?? PolicyFile.Name, e, true))
            .Concat(ReferenceEquals(Head, Reading) ? [] : Reading.Errors.Except(Head.Errors).Select(e => (Reading.Path ?? PolicyFile.Name, e, false)));

    /// <summary>Whether this finding alone fails the check.</summary>
    public bool Fails(JudgedFinding finding) => Decide(finding) == GateOutcome.Blocking;

    /// <summary>Whether the policy allows the finding, so that it does not count.</summary>
    public bool Allows(JudgedFinding finding) => Decide(finding) is GateOutcome.Suppressed or GateOutcome.Excluded;

    /// <summary>When the check fails, to follow "The check fails for": a phrase without a full stop.</summary>
    public string Rule => Policy.Gate.Severity is { } severity
        ? string.Create(CultureInfo.InvariantCulture, $"findings {(Policy.Gate.OnlyNew ? "that a change introduces, " : "")}of {Lower(severity)} severity or above and at least {Lower(Policy.Gate.Confidence)} confidence")
        : "nothing: the policy has switched its gate off";

    private GateOutcome Decide(JudgedFinding finding) => PolicyEvaluation.Decide(
        Policy,
        new GateFinding
        {
            RuleId = finding.RuleId,
            Path = finding.Path,
            Fingerprint = finding.Fingerprint,
            Severity = Enum.Parse<Scanning.Severity>(finding.Severity.ToString()),
            Confidence = Enum.Parse<Scanning.Confidence>(finding.Confidence.ToString()),
            IsLiveSecret = finding.IsLiveSecret,
            Origin = finding.Origin switch
            {
                FindingOrigin.Introduced => Scanning.Policies.FindingOrigin.Introduced,
                FindingOrigin.NewRule => Scanning.Policies.FindingOrigin.Since,
                _ => Scanning.Policies.FindingOrigin.Before,
            },
        },
        Today).Outcome;

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
