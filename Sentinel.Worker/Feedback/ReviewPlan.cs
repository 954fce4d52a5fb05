using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Contracts.Findings;
using Sentinel.GitHub.PullRequests;

namespace Sentinel.Worker.Feedback;

/// <summary>What Sentinel has at a pull request already.</summary>
/// <param name="Summary">Its summary comment; null when there is none.</param>
/// <param name="Threads">Its own threads, resolved ones included.</param>
internal sealed record ExistingReview(ExistingComment? Summary, IReadOnlyList<ReviewThread> Threads);

/// <summary>A comment of the conversation.</summary>
internal sealed record ExistingComment(long Id, string Body);

/// <summary>The difference between what a pull request should show and what it shows: empty when it is as it should be.</summary>
internal sealed record ReviewPlan
{
    /// <summary>Comments to add, as one review.</summary>
    public required IReadOnlyList<ReviewCommentWrite> Add { get; init; }

    /// <summary>Texts to replace, by the comment's id.</summary>
    public required IReadOnlyList<ExistingComment> Edit { get; init; }

    /// <summary>Threads to resolve: their finding is gone.</summary>
    public required IReadOnlyList<string> Resolve { get; init; }

    /// <summary>Threads to open again: Sentinel had resolved them, and the finding is back.</summary>
    public required IReadOnlyList<string> Unresolve { get; init; }

    /// <summary>The summary to write; null to leave it as it is, or to have none.</summary>
    public required string? Summary { get; init; }
}

/// <summary>Plans a pull request's review: pure, so that planning again after writing plans nothing.</summary>
internal static partial class ReviewPlanner
{
    /// <summary>Marks the summary comment, so that it is found again.</summary>
    public const string SummaryMarker = "<!-- sentinel:summary -->";

    private const int MaxNamedRules = 10;

    // The list is cut to these numbers of lines, one after the other, until the comment is short enough.
    private static readonly int[] ListLengths = [50, 15, 5];

    /// <param name="state">The pull request's head, with a result.</param>
    /// <param name="diff">The pull request's diff.</param>
    public static ReviewPlan Plan(HeadState state, DiffLines diff, ExistingReview existing)
    {
        var introduced = Told(state);
        var threads = existing.Threads.Select(t => (Thread: t, Key: KeyOf(t.Body))).Where(t => t.Key is not null).ToLookup(t => t.Key!, t => t.Thread, StringComparer.Ordinal);
        var standing = state.Introduced.Select(f => f.Key).ToHashSet(StringComparer.Ordinal);
        var inline = introduced.Where(f => diff.Shows(f.Path, f.StartLine, f.EndLine)).Take(state.Policy.Policy.Comments.Maximum).ToList();

        var add = new List<ReviewCommentWrite>();
        var edit = new List<ExistingComment>();
        foreach (var finding in inline)
        {
            var opening = threads[finding.Key].FirstOrDefault();
            var comment = Comment(finding, state, diff, opening);
            if (opening is null) add.Add(comment);
            // A person who resolved a thread has read it.
            else if ((!opening.IsResolved || opening.ResolvedByUs) && !SameText(opening.Body, comment.Body)) edit.Add(new ExistingComment(opening.CommentId, comment.Body));
        }
        return new ReviewPlan
        {
            Add = add,
            Edit = edit,
            Resolve = [.. threads.Where(t => !standing.Contains(t.Key)).SelectMany(t => t).Where(t => !t.IsResolved).Select(t => t.Id)],
            Unresolve = [.. threads.Where(t => standing.Contains(t.Key)).SelectMany(t => t.Take(1)).Where(t => t.ResolvedByUs).Select(t => t.Id)],
            Summary = Summary(state, introduced, inline.Count, existing.Summary),
        };
    }

    /// <summary>
    /// The findings that somebody is told of, worst first. The policy says from which severity on, and rules that are rarely acted on are
    /// left out; the check run has everything.
    /// </summary>
    public static List<JudgedFinding> Told(HeadState state) => [.. state.Introduced.Where(f => IsSevereEnough(f, state)).Except(LeftOut(state))];

    // Those that would be told, were their rule not rarely acted on.
    private static IEnumerable<JudgedFinding> LeftOut(HeadState state) => state.Demoted.Where(f => IsSevereEnough(f, state));

    private static bool IsSevereEnough(JudgedFinding finding, HeadState state) =>
        finding.Severity >= Enum.Parse<Severity>(state.Policy.Policy.Comments.MinimumSeverity.ToString());

    /// <summary>What is left out of the comments because its rule is rarely acted on, as a sentence; null when nothing is.</summary>
    public static string? Silenced(HeadState state)
    {
        var left = LeftOut(state).ToList();
        if (left.Count == 0) return null;
        string[] rules = [.. left.Select(f => f.RuleId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return $"{CheckRunContent.Count(left.Count, "finding")} of rules that are rarely acted on here {(left.Count == 1 ? "is" : "are")} in the check run and on the dashboard only: "
            + string.Join(", ", rules.Take(MaxNamedRules).Select(id => GitHubText.Code(id, 100)))
            + (rules.Length > MaxNamedRules ? string.Create(CultureInfo.InvariantCulture, $" and {rules.Length - MaxNamedRules} more rules.") : ".");
    }

    /// <summary>What stands in the code and was decided on, as a sentence.</summary>
    public static string SettledText(HeadState state) => string.Create(
        CultureInfo.InvariantCulture,
        $"{CheckRunContent.Count(state.Settled, "finding")} of this change {(state.Settled == 1 ? "stands" : "stand")} in the code and {(state.Settled == 1 ? "was" : "were")} decided on: dismissed, or rotated where {(state.Settled == 1 ? "it stands" : "they stand")}.");

    /// <summary>The finding that a comment of ours is about; null when it is about none.</summary>
    public static string? KeyOf(string body) => Marker().Match(body) is { Success: true } match ? match.Groups[1].Value : null;

    private static ReviewCommentWrite Comment(JudgedFinding finding, HeadState state, DiffLines diff, ReviewThread? opening)
    {
        var body = new StringBuilder($"<!-- sentinel:finding:{finding.Key} -->\n").Append(FindingText.Body(finding)).Append(FindingText.Doubt(finding, state.Policy)).Append(FindingText.Link(finding, state));
        var (start, end) = (finding.StartLine, Math.Max(finding.StartLine, finding.EndLine));
        if (finding.Fix is { } fix)
        {
            body.Append("\n\n").Append(FindingText.ProvedFix(fix));
            if (diff.Shows(finding.Path, fix.StartLine, fix.EndLine) && (opening is null || IsAbout(opening, finding.Path, fix)))
            {
                body.Append("\n\n").Append(GitHubText.Suggestion(fix.Replacement));
                (start, end) = (fix.StartLine, fix.EndLine);
            }
            else if (finding.Number is { } number)
            {
                body.Append(CultureInfo.InvariantCulture, $" `/sentinel fix {number}` shows it.");
            }
        }
        return new ReviewCommentWrite(finding.Path, body.ToString(), end, start < end ? start : null);
    }

    // A suggestion replaces the very lines of its comment, and a comment that is there stays at its lines.
    private static bool IsAbout(ReviewThread thread, string path, ProvedFix fix) => thread.Path == path && thread.StartLine == fix.StartLine && thread.EndLine == fix.EndLine;

    private static string? Summary(HeadState state, List<JudgedFinding> introduced, int inline, ExistingComment? existing)
    {
        // Nobody is told that there is nothing, but whoever was told of something learns that it is gone.
        if (introduced.Count == 0 && existing is null) return null;
        var body = ListLengths.Select(length => Summary(state, introduced, inline, length)).First(text => text.Length <= PullRequestCalls.MaxComment);
        return existing is not null && SameText(existing.Body, body) ? null : body;
    }

    private static string Summary(HeadState state, List<JudgedFinding> introduced, int inline, int length)
    {
        var text = new StringBuilder(SummaryMarker).Append('\n');
        if (introduced.Count == 0)
        {
            text.Append(LeftOut(state).Any() ? "**Sentinel: nothing is left to comment on.**\n"
                : state.Introduced.Any()
                ? $"**Sentinel: of what this pull request introduced, nothing of {state.Policy.Policy.Comments.MinimumSeverity.ToString().ToLowerInvariant()} severity or above is left.**\n"
                : state.RemovedSecrets > 0 ? "**Sentinel: nothing that this pull request introduced is left in its code.**\n"
                : state.Settled + state.Allowed > 0 ? "**Sentinel: nothing that this pull request introduced is left to do.**\n"
                : "**Sentinel: everything that this pull request had introduced is fixed.**\n");
        }
        else
        {
            text.Append($"**Sentinel: {CheckRunContent.Count(introduced.Count, "finding")} introduced by this pull request**\n\n");
            foreach (var finding in introduced.Take(length)) text.Append(FindingText.ListItem(finding, state)).Append('\n');
            if (introduced.Count > length) text.Append(CultureInfo.InvariantCulture, $"- and {introduced.Count - length} more, listed in the check run\n");
            if (inline < introduced.Count) text.Append($"\n{CheckRunContent.Count(inline, "comment")} at lines; the list above links them all.\n");
        }
        var below = state.Introduced.Count(f => !IsSevereEnough(f, state));
        if (introduced.Count > 0 && below > 0)
            text.Append(CultureInfo.InvariantCulture, $"\n{CheckRunContent.Count(below, "more finding")} below {state.Policy.Policy.Comments.MinimumSeverity.ToString().ToLowerInvariant()} severity {(below == 1 ? "is" : "are")} in the check run only.\n");
        if (Silenced(state) is { } silenced) text.Append('\n').Append(silenced).Append('\n');
        if (state.RemovedSecrets > 0)
            text.Append(CultureInfo.InvariantCulture, $"\n**{CheckRunContent.Count(state.RemovedSecrets, "secret")} left the code and {(state.RemovedSecrets == 1 ? "was" : "were")} not rotated.** Whoever fetched the commits has {(state.RemovedSecrets == 1 ? "it" : "them")}: revoke or replace {(state.RemovedSecrets == 1 ? "it" : "them")} at the provider, and say so on the dashboard.\n");
        if (state.Settled > 0) text.Append('\n').Append(SettledText(state)).Append('\n');
        if (introduced.Count == 0 && state.Allowed > 0) text.Append(CultureInfo.InvariantCulture, $"\nThe policy allows {CheckRunContent.Count(state.Allowed, "finding")} of this commit.\n");
        if (state.Status != Contracts.Scans.ScanStatus.Succeeded) text.Append("\nNot everything was looked at; the check run says what was not.\n");
        text.Append(CultureInfo.InvariantCulture, $"\n<sub>Commit {GitHubText.Code(state.HeadSha[..Math.Min(10, state.HeadSha.Length)])} · {state.Before} there before · request {GitHubText.Code(state.RequestId, 64)}{(state.Dashboard is { } dashboard ? $" · [on the dashboard]({dashboard}/scans/{state.ScanId})" : "")}{(introduced.Count > 0 ? " · `/sentinel help` in a comment tells what can be asked" : "")}</sub>");
        return text.ToString();
    }

    // GitHub may give line breaks back in another form.
    private static bool SameText(string left, string right) => left.ReplaceLineEndings("\n").Trim() == right.ReplaceLineEndings("\n").Trim();

    [GeneratedRegex(@"\A<!-- sentinel:finding:([0-9a-f]{16,64}-\d{1,9}) -->", RegexOptions.CultureInvariant)]
    private static partial Regex Marker();
}
