using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>Pull requests, what people say about them, and commits.</summary>
internal sealed partial class FakeShapes
{
    public JsonObject Pull(FakePullRequest pull, bool inFull)
    {
        var url = $"{api}/repos/{pull.Repository.FullName}/pulls/{pull.Number}";
        var issue = $"{api}/repos/{pull.Repository.FullName}/issues/{pull.Number}";
        var web = $"{Web}/{pull.Repository.FullName}/pull/{pull.Number}";
        var json = new JsonObject
        {
            ["url"] = url,
            ["id"] = pull.Id,
            ["node_id"] = $"PR_{pull.Id}",
            ["html_url"] = web,
            ["diff_url"] = $"{web}.diff",
            ["patch_url"] = $"{web}.patch",
            ["issue_url"] = issue,
            ["number"] = pull.Number,
            ["state"] = pull.State,
            ["locked"] = false,
            ["title"] = pull.Title,
            ["user"] = User(pull.User),
            ["body"] = pull.Body,
            ["created_at"] = Time(pull.CreatedAt),
            ["updated_at"] = Time(pull.CreatedAt),
            ["closed_at"] = pull.State == "closed" ? Time(pull.CreatedAt) : null,
            ["merged_at"] = pull.Merged ? Time(pull.CreatedAt) : null,
            ["merge_commit_sha"] = null,
            ["assignee"] = null,
            ["assignees"] = new JsonArray(),
            ["requested_reviewers"] = new JsonArray(),
            ["requested_teams"] = new JsonArray(),
            ["labels"] = new JsonArray(),
            ["milestone"] = null,
            ["draft"] = pull.Draft,
            ["commits_url"] = $"{url}/commits",
            ["review_comments_url"] = $"{url}/comments",
            ["review_comment_url"] = $"{api}/repos/{pull.Repository.FullName}/pulls/comments{{/number}}",
            ["comments_url"] = $"{issue}/comments",
            ["statuses_url"] = $"{api}/repos/{pull.Repository.FullName}/statuses/{pull.HeadSha}",
            ["head"] = Side(pull, pull.HeadRef, pull.HeadSha),
            ["base"] = Side(pull, pull.BaseRef, pull.BaseSha),
            ["author_association"] = "CONTRIBUTOR",
            ["auto_merge"] = null,
            ["_links"] = Links(("self", url), ("html", web), ("issue", issue), ("comments", $"{issue}/comments"), ("review_comments", $"{url}/comments"),
                ("review_comment", $"{api}/repos/{pull.Repository.FullName}/pulls/comments{{/number}}"), ("commits", $"{url}/commits"), ("statuses", $"{api}/repos/{pull.Repository.FullName}/statuses/{pull.HeadSha}")),
        };
        if (!inFull) return json;
        var files = FakeDiff.Of(pull);
        (json["merged"], json["mergeable"], json["mergeable_state"], json["rebaseable"], json["merged_by"]) = (pull.Merged, true, "clean", true, null);
        (json["comments"], json["review_comments"], json["maintainer_can_modify"]) = (pull.Repository.IssueComments.Count(c => c.Number == pull.Number), pull.ReviewComments.Count, false);
        (json["commits"], json["changed_files"]) = (FakeDiff.Commits(pull).Count, files.Count);
        (json["additions"], json["deletions"]) = (files.Sum(f => f.Additions), files.Sum(f => f.Deletions));
        return json;
    }

    public JsonObject File(FakePullRequest pull, FakeDiffFile file)
    {
        var json = new JsonObject
        {
            ["sha"] = file.Sha,
            ["filename"] = file.Path,
            ["status"] = file.Status,
            ["additions"] = file.Additions,
            ["deletions"] = file.Deletions,
            ["changes"] = file.Additions + file.Deletions,
            ["blob_url"] = $"{Web}/{pull.Repository.FullName}/blob/{pull.HeadSha}/{Uri.EscapeDataString(file.Path)}",
            ["raw_url"] = $"{Web}/{pull.Repository.FullName}/raw/{pull.HeadSha}/{Uri.EscapeDataString(file.Path)}",
            ["contents_url"] = $"{api}/repos/{pull.Repository.FullName}/contents/{Uri.EscapeDataString(file.Path)}?ref={pull.HeadSha}",
        };
        // GitHub leaves both out where they do not apply: binary files have no patch.
        if (file.Patch is not null) json["patch"] = file.Patch;
        if (file.PreviousPath is not null) json["previous_filename"] = file.PreviousPath;
        return json;
    }

    public JsonObject Commit(FakeRepository repository, string sha)
    {
        // %x00 between the parts: tree, parents, author's name, mail and time, committer's, message
        var parts = repository.Git.GitOnce("show", "--no-patch", "--format=%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B", sha).Split('\0');
        var url = $"{api}/repos/{repository.FullName}/commits/{sha}";
        return new JsonObject
        {
            ["sha"] = sha,
            ["node_id"] = $"C_{sha}",
            ["url"] = url,
            ["html_url"] = $"{Web}/{repository.FullName}/commit/{sha}",
            ["comments_url"] = $"{url}/comments",
            ["author"] = null,
            ["committer"] = null,
            ["commit"] = new JsonObject
            {
                ["url"] = $"{api}/repos/{repository.FullName}/git/commits/{sha}",
                ["author"] = new JsonObject { ["name"] = parts[2], ["email"] = parts[3], ["date"] = parts[4] },
                ["committer"] = new JsonObject { ["name"] = parts[5], ["email"] = parts[6], ["date"] = parts[7] },
                ["message"] = parts[8].Trim(),
                ["tree"] = new JsonObject { ["sha"] = parts[0], ["url"] = $"{api}/repos/{repository.FullName}/git/trees/{parts[0]}" },
                ["comment_count"] = 0,
                ["verification"] = new JsonObject { ["verified"] = false, ["reason"] = "unsigned", ["signature"] = null, ["payload"] = null, ["verified_at"] = null },
            },
            ["parents"] = new JsonArray([.. parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => new JsonObject
            {
                ["sha"] = p,
                ["url"] = $"{api}/repos/{repository.FullName}/commits/{p}",
                ["html_url"] = $"{Web}/{repository.FullName}/commit/{p}",
            })]),
        };
    }

    public JsonObject Review(FakePullRequest pull, FakeReview review)
    {
        var web = $"{Web}/{pull.Repository.FullName}/pull/{pull.Number}#pullrequestreview-{review.Id}";
        var url = $"{api}/repos/{pull.Repository.FullName}/pulls/{pull.Number}";
        return new JsonObject
        {
            ["id"] = review.Id,
            ["node_id"] = $"PRR_{review.Id}",
            ["user"] = User(review.User),
            ["body"] = review.Body,
            ["state"] = review.State,
            ["html_url"] = web,
            ["pull_request_url"] = url,
            ["author_association"] = "NONE",
            ["submitted_at"] = Time(review.SubmittedAt),
            ["commit_id"] = review.CommitId,
            ["_links"] = Links(("html", web), ("pull_request", url)),
        };
    }

    public JsonObject ReviewComment(FakeReviewComment comment)
    {
        var repository = $"{api}/repos/{comment.Pull.Repository.FullName}";
        var (url, pull) = ($"{repository}/pulls/comments/{comment.Id}", $"{repository}/pulls/{comment.Pull.Number}");
        var web = $"{Web}/{comment.Pull.Repository.FullName}/pull/{comment.Pull.Number}#discussion_r{comment.Id}";
        var json = new JsonObject
        {
            ["id"] = comment.Id,
            ["node_id"] = comment.NodeId,
            ["url"] = url,
            ["pull_request_review_id"] = comment.ReviewId,
            ["diff_hunk"] = "@@",
            ["path"] = comment.Path,
            ["commit_id"] = comment.CommitId,
            ["original_commit_id"] = comment.CommitId,
            ["user"] = User(comment.User),
            ["body"] = comment.Body,
            ["created_at"] = Time(comment.CreatedAt),
            ["updated_at"] = Time(comment.UpdatedAt),
            ["html_url"] = web,
            ["pull_request_url"] = pull,
            ["author_association"] = "NONE",
            ["_links"] = Links(("self", url), ("html", web), ("pull_request", pull)),
            ["start_line"] = comment.StartLine,
            ["original_start_line"] = comment.StartLine,
            ["start_side"] = comment.StartLine is null ? null : comment.Side,
            ["line"] = comment.Line,
            ["original_line"] = comment.Line,
            ["side"] = comment.Side,
            ["subject_type"] = comment.Line is null ? "file" : "line",
            ["position"] = comment.Line ?? 1,
            ["original_position"] = comment.Line ?? 1,
            ["reactions"] = Rollup(url, comment.Reactions),
        };
        if (comment.Line is null)
        {
            json.Remove("line");
            json.Remove("original_line");
        }
        if (comment.InReplyTo is { } parent) json["in_reply_to_id"] = parent;
        return json;
    }

    public JsonObject Comment(FakeRepository repository, FakeComment comment)
    {
        var url = $"{api}/repos/{repository.FullName}/issues/comments/{comment.Id}";
        return new JsonObject
        {
            ["id"] = comment.Id,
            ["node_id"] = comment.NodeId,
            ["url"] = url,
            ["html_url"] = $"{Web}/{repository.FullName}/pull/{comment.Number}#issuecomment-{comment.Id}",
            ["issue_url"] = $"{api}/repos/{repository.FullName}/issues/{comment.Number}",
            ["user"] = User(comment.User),
            ["body"] = comment.Body,
            ["created_at"] = Time(comment.CreatedAt),
            ["updated_at"] = Time(comment.UpdatedAt),
            ["author_association"] = "NONE",
            ["performed_via_github_app"] = comment.User == server.App.Bot ? App() : null,
            ["reactions"] = Rollup(url, comment.Reactions),
        };
    }

    public JsonObject Reaction(FakeReaction reaction) => new()
    {
        ["id"] = reaction.Id,
        ["node_id"] = $"REA_{reaction.Id}",
        ["user"] = User(reaction.User),
        ["content"] = reaction.Content,
        ["created_at"] = Time(reaction.CreatedAt),
    };

    private static JsonObject Rollup(string url, List<FakeReaction> reactions)
    {
        var json = new JsonObject { ["url"] = $"{url}/reactions", ["total_count"] = reactions.Count };
        foreach (var content in FakeReactionsApi.Contents) json[content] = reactions.Count(r => r.Content == content);
        return json;
    }

    private JsonObject Side(FakePullRequest pull, string reference, string sha) => new()
    {
        ["label"] = $"{pull.Repository.Owner.Login}:{reference}",
        ["ref"] = reference,
        ["sha"] = sha,
        ["user"] = User(pull.Repository.Owner),
        ["repo"] = Repository(pull.Repository),
    };

    private static JsonObject Links(params (string Name, string Url)[] links)
    {
        var json = new JsonObject();
        foreach (var (name, url) in links) json[name] = new JsonObject { ["href"] = url };
        return json;
    }
}
