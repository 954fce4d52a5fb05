using Sentinel.Scanning.Identity;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Scanning.Policies;

/// <summary>
/// The rule of a change that weakens the policy it is judged by. It looks at two versions of a file, so no file analyzer runs it: who
/// judges a change compares the policy of its base with that of its head, applies the base's, and reports this beside it.
/// </summary>
public static class PolicyLoosened
{
    /// <summary>The rule's id. Neither paths nor suppressions of a policy apply to it.</summary>
    public const string RuleId = "policy-loosened";

    /// <summary>What reports it.</summary>
    public const string AnalyzerId = "policy/comparison";

    private const int MaxNamed = 5;
    private const int SnippetLines = 3;

    /// <summary>The rule. Its examples are files that a change adds where there was none.</summary>
    public static RuleDescriptor Rule { get; } = new()
    {
        Id = RuleId,
        Title = "Policy is loosened",
        Category = FindingCategory.Code,
        AnalyzerId = AnalyzerId,
        Severity = Severity.High,
        Confidence = Confidence.High,
        Cwe = 693,
        Description = "The change makes .sentinel.yml let something pass that the policy before it blocks: a higher threshold, a path left out, a suppression. "
            + "Whoever can open a pull request could so let a leak or a hole through, in the same change or in the next one. The policy before it still decides this check.",
        Remediation = "If it is not meant, take the change out of .sentinel.yml. If it is, put it in a pull request of its own and let somebody who answers for the repository dismiss "
            + "this finding with a reason: it holds from the merge on.",
        References = ["https://owasp.org/www-project-top-10-ci-cd-security-risks/CICD-SEC-01-Insufficient-Flow-Control-Mechanisms"],
        Examples =
        [
            "version: 1\ngate:\n  severity: critical\n",
            "version: 1\npaths:\n  exclude:\n    - src/**\n",
            "version: 1\nsuppressions:\n  - rule: unpinned-uses\n    reason: Our own actions.\n",
        ],
        NegativeExamples =
        [
            "version: 1\ngate:\n  severity: medium\n  only-new: false\n",
            "version: 1\nsuppressions:\n  - rule: unpinned-uses\n    reason: This is over and has no effect.\n    expires: 2020-01-31\n",
            "version: 1\ncomments:\n  maximum: 3\nai:\n  fix: false\n",
        ],
    };

    /// <summary>The finding, at the first place in the head's file that loosens something; null when nothing does.</summary>
    /// <param name="before">The policy of the commit on which the change is based.</param>
    /// <param name="head">The policy of the change. One with errors counts as the default, which would hold once it is merged.</param>
    /// <param name="headFile">The head's file, for a snippet; null when there is none.</param>
    /// <param name="today">The day in UTC.</param>
    public static Finding? Check(PolicyReading before, PolicyReading head, SourceFile? headFile, DateOnly today, CancellationToken cancellationToken = default)
    {
        if (PolicyComparison.Loosened(before.Policy, head.Policy, today) is not [var first, ..] changes) return null;

        var named = string.Join("; ", changes.Take(MaxNamed).Select(c => c.Text)) + (changes.Count > MaxNamed ? $"; and {changes.Count - MaxNamed} more" : "");
        var region = head.Errors.Count > 0 ? new Region(head.Errors[0].Line, head.Errors[0].Column, head.Errors[0].Line, head.Errors[0].Column) : head.PlaceOf(first.Key);
        var startLine = region.StartLine;
        return new Finding
        {
            RuleId = RuleId,
            AnalyzerId = AnalyzerId,
            Category = Rule.Category,
            Severity = Rule.Severity,
            Confidence = Rule.Confidence,
            Cwe = Rule.Cwe,
            Title = Rule.Title,
            Message = $"{Lead(head)}: {named}. The policy of the base decides this check.",
            Location = new Location(head.Path ?? before.Path ?? PolicyFile.Name, region),
            FingerprintHash = CodeFingerprint.Of(RuleId, string.Join('\n', changes.Select(c => c.Text))),
            Snippet = headFile is null ? "" : SecretMask.Snippet(headFile, region, SnippetLines, out startLine, cancellationToken),
            SnippetStartLine = startLine,
        };
    }

    private static string Lead(PolicyReading head) => head switch
    {
        { Path: null } => "Without its policy file the repository lets more pass",
        { Errors.Count: > 0 } => "The policy file has errors, and the defaults that hold instead let more pass",
        _ => "The policy lets more pass than the one before it",
    };
}
