using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Rules;

namespace Sentinel.Tests.Web.Fakes;

internal static class FakeRules
{
    public static IReadOnlyList<RuleSummary> All { get; } =
    [
        Rule("aws-access-token", "AWS access key", FindingCategory.Secret, Severity.Critical, Confidence.High, 798, 3),
        Rule("dangerous-trigger", "Workflow runs a pull request's code with the repository's secrets", FindingCategory.Workflow, Severity.Critical, Confidence.High, 829, 1),
        Rule("stripe-live-key", "Stripe live secret key", FindingCategory.Secret, Severity.Critical, Confidence.High, 798, 2),
        Rule("script-injection", "Event text is run as shell code", FindingCategory.Workflow, Severity.High, Confidence.High, 94, 6),
        Rule("github-pat", "GitHub personal access token", FindingCategory.Secret, Severity.High, Confidence.High, 798, 4),
        Rule("run-as-root", "Container runs as root", FindingCategory.Infrastructure, Severity.Medium, Confidence.High, 250, 11),
        Rule("unpinned-uses", "Action is not pinned to a commit", FindingCategory.Workflow, Severity.Medium, Confidence.High, 1357, 19),
        Rule("excessive-permissions", "Workflow token may write everything", FindingCategory.Workflow, Severity.Medium, Confidence.Medium, 250, 5),
        Rule("unpinned-base-image", "Base image is not pinned by digest", FindingCategory.Infrastructure, Severity.Low, Confidence.High, 1357, 9),
        Rule("generic-high-entropy", "Text that looks like a secret", FindingCategory.Secret, Severity.Medium, Confidence.Low, 798, 2),
        Rule("missing-healthcheck", "Image has no health check", FindingCategory.Infrastructure, Severity.Info, Confidence.Medium, null, 0),
    ];

    public static RuleSummary Rule(string id, string title, FindingCategory category, Severity severity, Confidence confidence, int? cwe, int open) => new(
        id, title, category, severity, confidence, cwe, category == FindingCategory.Secret ? "secrets/patterns" : "workflows/github-actions",
        $"{title}. Whoever can read the repository, its forks or its build logs can use it, and the history keeps it after the line is gone.",
        "Revoke the value at its provider first, then read it from the environment or a secret store at run time.\nDo not rewrite the history before the value is revoked.",
        ["https://docs.github.com/en/code-security/secret-scanning", "https://cwe.mitre.org/data/definitions/798.html"], open);
}
