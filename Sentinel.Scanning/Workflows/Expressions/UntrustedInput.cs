using System.Collections.Frozen;

namespace Sentinel.Scanning.Workflows.Expressions;

/// <summary>
/// Values of an event whose text a stranger chooses: https://docs.github.com/en/actions/concepts/security/script-injections and
/// https://securitylab.github.com/resources/github-actions-untrusted-input/.
/// </summary>
internal static class UntrustedInput
{
    private static readonly FrozenSet<string> Paths = Build(
        "head_ref",
        "event.changes.body.from", "event.changes.title.from",
        "event.comment.body", "event.review.body", "event.review_comment.body",
        "event.discussion.body", "event.discussion.title",
        "event.issue.body", "event.issue.title",
        "event.pages.*.page_name",
        "event.pull_request.body", "event.pull_request.title",
        "event.pull_request.head.label", "event.pull_request.head.ref", "event.pull_request.head.repo.default_branch",
        "event.pull_request.head.repo.description", "event.pull_request.head.repo.homepage",
        "event.commits.*.author.email", "event.commits.*.author.name", "event.commits.*.committer.email", "event.commits.*.committer.name", "event.commits.*.message",
        "event.head_commit.author.email", "event.head_commit.author.name", "event.head_commit.committer.email", "event.head_commit.committer.name", "event.head_commit.message",
        "event.workflow_run.display_title", "event.workflow_run.head_branch", "event.workflow_run.head_commit.author.email",
        "event.workflow_run.head_commit.author.name", "event.workflow_run.head_commit.message", "event.workflow_run.head_repository.description",
        "event.workflow_run.pull_requests.*.head.ref");

    // Everything above them: toJSON(github.event) holds all the texts.
    private static readonly FrozenSet<string> Holders =
        Paths.SelectMany(Above).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The first untrusted value that can be the expression's result, or null.</summary>
    public static string? In(Expression? expression)
    {
        if (expression is null) return null;
        foreach (var context in expression.Flows())
        {
            if (Paths.Contains(context.Path)) return context.Path;
        }
        return expression.All().OfType<Expression.Call>().Where(c => c.Function == "tojson").SelectMany(c => c.Flows())
            .FirstOrDefault(c => Holders.Contains(c.Path))?.Path;
    }

    private static FrozenSet<string> Build(params string[] paths) => paths.Select(p => $"github.{p}").ToFrozenSet(StringComparer.Ordinal);

    private static IEnumerable<string> Above(string path)
    {
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1)) yield return path[..dot];
    }
}
