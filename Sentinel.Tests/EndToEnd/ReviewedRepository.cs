using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.EndToEnd;

/// <summary>
/// A repository that lives through installing, a pull request with defects, their fix and the merge: what happens, as the webhooks that
/// GitHub sends of it, and what GitHub shows in the end.
/// </summary>
internal sealed partial class ReviewedRepository
{
    private readonly FakeGitHubServer _gitHub;
    private readonly FakeInstallation _installation;
    private readonly List<string> _commits = [];
    private FakePullRequest? _pull;

    public ReviewedRepository(FakeGitHubServer gitHub, string owner)
    {
        _gitHub = gitHub;
        Fake = gitHub.AddRepository($"{owner}/shop");
        _commits.Add(Fake.Git.Commit("Begin", ("Dockerfile", DefectiveFiles.Dockerfile), ("settings.ini", "region = eu\n")));
        _installation = gitHub.Install(owner, Fake);
    }

    public FakeGitHubServer GitHub => _gitHub;

    public FakeRepository Fake { get; }

    public FakeInstallation Installation => _installation;

    public FakePullRequest Pull => _pull!;

    /// <summary>Commits in order: the first, the pull request's two, the merge.</summary>
    public IReadOnlyList<string> Commits => _commits;

    public IReadOnlyList<(string Event, JsonObject Payload)> Install() => [("installation", HookPayloads.Installed(_installation, Fake))];

    /// <summary>Somebody opens a pull request with a token and a script injection in it.</summary>
    public IReadOnlyList<(string Event, JsonObject Payload)> Open()
    {
        Fake.Git.Git("checkout", "--quiet", "-b", "change");
        _commits.Add(Fake.Git.Commit("Greet", ("settings.ini", DefectiveFiles.Settings), (".github/workflows/greet.yml", DefectiveFiles.Workflow)));
        _pull = Fake.OpenPullRequest(_gitHub.Account("alice") ?? _gitHub.AddUser("alice"), "change");
        Fake.Git.Git("update-ref", $"refs/pull/{_pull.Number}/head", _pull.HeadSha);
        return [("pull_request", HookPayloads.PullRequest(_gitHub, _installation, _pull, "opened"))];
    }

    /// <summary>People talk to Sentinel: one who may, at the pull request and in the second finding's thread, and one who may not.</summary>
    public IReadOnlyList<(string Event, JsonObject Payload)> Talk()
    {
        var writer = Account("wilma");
        Fake.Collaborators[writer.Login] = "write";
        return
        [
            Say(writer, "/sentinel ignore 1 false-positive test data"),
            Say(writer, "/sentinel explain 2"),
            Say(writer, "/sentinel fix 2"),
            Say(writer, "Thank you.\n\n/sentinel rescan"),
            Say(Account("mallory"), "/sentinel ignore 2 nothing to see here"),
            SayInThread(writer, Pull.ReviewComments[^1], "/sentinel fix"),
        ];
    }

    /// <summary>A comment of the conversation, as it is made and as its webhook.</summary>
    public (string Event, JsonObject Payload) Say(FakeAccount author, string text) =>
        ("issue_comment", HookPayloads.Comment(_gitHub, _installation, Pull, Fake.AddComment(Pull.Number, author, text)));

    /// <summary>A reply in a thread.</summary>
    public (string Event, JsonObject Payload) SayInThread(FakeAccount author, FakeReviewComment opening, string text)
    {
        var reply = new FakeReviewComment(_gitHub.NextId(), Pull, author, opening.Path, _gitHub.Clock.GetUtcNow()) { Body = text, CommitId = opening.CommitId, Line = opening.Line, InReplyTo = opening.Id };
        Pull.ReviewComments.Add(reply);
        return ("pull_request_review_comment", HookPayloads.ReviewComment(_gitHub, _installation, reply));
    }

    public FakeAccount Account(string login) => _gitHub.Account(login) ?? _gitHub.AddUser(login);

    /// <summary>The workflow as it is when Sentinel's suggestion is accepted.</summary>
    public string AcceptSuggestion()
    {
        var comment = Pull.ReviewComments.Single(c => c.Path == ".github/workflows/greet.yml" && c.InReplyTo is null);
        var lines = DefectiveFiles.Workflow.Split('\n').ToList();
        var start = comment.StartLine ?? comment.Line!.Value;
        lines.RemoveRange(start - 1, comment.Line!.Value - start + 1);
        lines.InsertRange(start - 1, comment.Body.Split("```suggestion\n")[1].Split("\n```")[0].Split('\n'));
        return string.Join('\n', lines);
    }

    /// <summary>Both are mended in one push, the workflow by Sentinel's own suggestion.</summary>
    public IReadOnlyList<(string Event, JsonObject Payload)> Mend()
    {
        var before = Pull.HeadSha;
        _commits.Add(Fake.Git.Commit("Mend", ("settings.ini", "region = eu\n"), (".github/workflows/greet.yml", AcceptSuggestion())));
        Fake.Git.Git("update-ref", $"refs/pull/{Pull.Number}/head", Pull.HeadSha);
        return [("pull_request", HookPayloads.PullRequest(_gitHub, _installation, Pull, "synchronize", before))];
    }

    public IReadOnlyList<(string Event, JsonObject Payload)> Merge()
    {
        var closed = Pull;
        Fake.Git.Git("checkout", "--quiet", "main");
        Fake.Git.Git("merge", "--quiet", "--no-ff", "-m", "Merge", "change");
        _commits.Add(Fake.Git.Head);
        (closed.State, closed.Merged) = ("closed", true);
        return
        [
            ("pull_request", HookPayloads.PullRequest(_gitHub, _installation, closed, "closed")),
            ("push", HookPayloads.Push(_gitHub, _installation, Fake, "main", _commits[0], _commits[3])),
        ];
    }

    /// <summary>All that people see of it at GitHub, with commits and the owner by other names, so that two repositories can be compared.</summary>
    public string Shown()
    {
        var text = new StringBuilder();
        // A newer check run of the same name hides an older one.
        foreach (var run in Fake.CheckRuns.GroupBy(r => (r.HeadSha, r.Name)).Select(g => g.Last()).OrderBy(r => _commits.IndexOf(r.HeadSha)))
        {
            text.AppendLine($"check {run.Name} of {run.HeadSha}: {run.Status} {run.Conclusion}\n{run.Title}\n{run.Summary}");
            foreach (var annotation in run.Annotations) text.AppendLine(annotation.ToJsonString());
        }
        // Answers to different commands come in any order.
        foreach (var comment in Fake.IssueComments.OrderBy(c => Named(c.Body), StringComparer.Ordinal))
            text.AppendLine($"comment by {comment.User.Login} {Reactions(comment.Reactions)}\n{comment.Body}");
        foreach (var review in _pull?.Reviews ?? []) text.AppendLine($"review by {review.User.Login} of {review.CommitId}: {review.State} {review.Body}");
        foreach (var comment in (_pull?.ReviewComments ?? []).OrderBy(c => c.Path, StringComparer.Ordinal))
            text.AppendLine($"{comment.Path}:{comment.StartLine}-{comment.Line} {(comment.IsResolved ? $"resolved by {comment.ResolvedBy?.Login}" : "open")} of {comment.CommitId} {Reactions(comment.Reactions)}\n{comment.Body}");
        return Named(text.ToString());
    }

    /// <summary>Commits as c0 to c3, and the owner as acme.</summary>
    public string Named(string text)
    {
        for (var i = 0; i < _commits.Count; i++) text = text.Replace(_commits[i], $"c{i}", StringComparison.Ordinal).Replace(_commits[i][..10], $"c{i}", StringComparison.Ordinal);
        return Id().Replace(text.Replace($"{Fake.Owner.Login}/shop", "acme/shop", StringComparison.Ordinal), "$1…");
    }

    private static string Reactions(IEnumerable<FakeReaction> reactions) => string.Join(' ', reactions.Select(r => $"{r.User.Login}:{r.Content}"));

    // Of requests and of comments.
    [GeneratedRegex("(request `)[^`]*|(?<=sentinel:reply:)[0-9]+|(?<=/(?:scans|findings)/)[0-9a-f-]{36}", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
