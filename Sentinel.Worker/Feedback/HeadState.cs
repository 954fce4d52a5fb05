using System.Collections.Frozen;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;

namespace Sentinel.Worker.Feedback;

/// <summary>A finding in a commit, and why it stands there.</summary>
/// <param name="Key">Stays the same for the same defect: repository-wide fingerprint and ordinal.</param>
/// <param name="Fingerprint">64 hexadecimal digits, as a policy names it.</param>
/// <param name="IsLiveSecret">Whether its provider confirmed it to be live.</param>
internal sealed record JudgedFinding(
    Guid Id, string Key, string RuleId, FindingCategory Category, Severity Severity, Confidence Confidence, string Title, string Message, string Path,
    int StartLine, int StartColumn, int EndLine, int EndColumn, FindingOrigin Origin, string Fingerprint = "", bool IsLiveSecret = false)
{
    /// <summary>By which people name it at the pull request that is written to; null where it has none.</summary>
    public int? Number { get; init; }

    /// <summary>Mends it where it stands; null when no fix was proved.</summary>
    public ProvedFix? Fix { get; init; }

    /// <summary>The key of a finding; what is written to GitHub carries it.</summary>
    public static string KeyOf(string fingerprint, int ordinal) => $"{fingerprint[..32]}-{ordinal}";

    /// <summary>A finding of which the database knows nothing: it is about the change and not about a commit.</summary>
    public static JudgedFinding Of(Scanning.Finding finding)
    {
        var region = finding.Location.Region;
        return new JudgedFinding(
            Guid.Empty, KeyOf(finding.FingerprintHash, 0), finding.RuleId, Enum.Parse<FindingCategory>(finding.Category.ToString()), Enum.Parse<Severity>(finding.Severity.ToString()),
            Enum.Parse<Confidence>(finding.Confidence.ToString()), finding.Title, finding.Message, finding.Location.Path, region.StartLine, region.StartColumn, region.EndLine, region.EndColumn,
            FindingOrigin.Introduced, finding.FingerprintHash);
    }
}

/// <summary>All that there is to say of one commit, by one scan: the pure input of what is written to GitHub.</summary>
internal sealed record HeadState
{
    public required Guid ScanId { get; init; }

    /// <summary>Null for the commit of a branch.</summary>
    public required int? PullRequest { get; init; }

    /// <summary><c>owner/name</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>Web address of the repository, without a slash at its end.</summary>
    public required string WebUrl { get; init; }

    /// <summary>Address of the dashboard without a slash at its end; null when it is not known.</summary>
    public string? Dashboard { get; init; }

    public required string HeadSha { get; init; }

    public required ScanStatus Status { get; init; }

    public required ScanPhase Phase { get; init; }

    public required int FilesDone { get; init; }

    /// <summary>Zero until the tree was listed.</summary>
    public required int FilesTotal { get; init; }

    public required int FilesSkipped { get; init; }

    /// <summary>Why the scan did not end well, in words for people; null otherwise.</summary>
    public required string? ErrorDetail { get; init; }

    /// <summary>Names of the plug-ins that failed or did part of their work.</summary>
    public required IReadOnlyList<string> Incomplete { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required string RequestId { get; init; }

    /// <summary>The branch that the scan's base is compared on; null when that is the commit's own.</summary>
    public required string? BaseRef { get; init; }

    public required Comparison Comparison { get; init; }

    /// <summary>The base is being scanned for the first time; until that ends there is nothing to compare with.</summary>
    public bool WaitsForBase { get; init; }

    /// <summary>Those that need work, worst first. Of <see cref="FindingOrigin.Before"/> only the number is known.</summary>
    public required IReadOnlyList<JudgedFinding> Findings { get; init; }

    /// <summary>By which it is judged.</summary>
    public AppliedPolicy Policy { get; init; } = AppliedPolicy.Default;

    /// <summary>Number of findings that the policy allows; they are not in <see cref="Findings"/>.</summary>
    public int Allowed { get; init; }

    /// <summary>Number of findings that this change introduced and somebody decided on: dismissed, or rotated where they stand; not in <see cref="Findings"/>.</summary>
    public int Settled { get; init; }

    /// <summary>Number of secrets that this pull request was told of and that left its code, but were not rotated.</summary>
    public int RemovedSecrets { get; init; }

    /// <summary>Rules that are rarely acted on in this repository; see <see cref="Demoted"/>.</summary>
    public IReadOnlySet<string> SilentRules { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Number of findings that were there before.</summary>
    public required int Before { get; init; }

    public IEnumerable<JudgedFinding> Introduced => Findings.Where(f => f.Origin == FindingOrigin.Introduced);

    /// <summary>
    /// Those of the introduced that get no comment because their rule is rarely acted on. They count in the check like all others, and only
    /// the comments leave them out. What must not be missed is never among them.
    /// </summary>
    public IEnumerable<JudgedFinding> Demoted => Introduced.Where(f => SilentRules.Contains(f.RuleId) && !MustBeTold(f));

    public IEnumerable<JudgedFinding> NewRule => Findings.Where(f => f.Origin == FindingOrigin.NewRule);

    public bool HasEnded => !WaitsForBase && Status is not (ScanStatus.Queued or ScanStatus.Running);

    /// <summary>Whether the findings are those of a whole scan.</summary>
    public bool HasResult => !WaitsForBase && Status is ScanStatus.Succeeded or ScanStatus.Partial;

    private static bool MustBeTold(JudgedFinding finding) =>
        finding.Severity == Severity.Critical || finding.IsLiveSecret || finding.RuleId == Scanning.Policies.PolicyLoosened.RuleId;
}
