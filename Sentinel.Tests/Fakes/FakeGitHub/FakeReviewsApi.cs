using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/pulls/reviews, https://docs.github.com/en/rest/pulls/comments</summary>
internal static class FakeReviewsApi
{
    private const string Resource = "PullRequestReviewComment";

    public static void Map(FakeRoutes routes)
    {
        const string Pull = "/repos/{owner}/{repo}/pulls/{number}";
        routes.Get(Pull + "/reviews", "pull_requests=read", call => call.Page(FakePullsApi.Find(call).Reviews, r => call.Shapes.Review(FakePullsApi.Find(call), r)));
        routes.Post(Pull + "/reviews", "pull_requests=write", CreateReview);
        routes.Get(Pull + "/reviews/{review}", "pull_requests=read", call => call.Shapes.Review(FakePullsApi.Find(call), FindReview(call)));
        routes.Map("PUT", Pull + "/reviews/{review}", "pull_requests=write", call =>
        {
            FindReview(call).Body = call.Required("PullRequestReview", "body");
            return call.Shapes.Review(FakePullsApi.Find(call), FindReview(call));
        });
        routes.Map("PUT", Pull + "/reviews/{review}/dismissals", "pull_requests=write", call =>
        {
            call.Required("PullRequestReview", "message");
            FindReview(call).State = "DISMISSED";
            return call.Shapes.Review(FakePullsApi.Find(call), FindReview(call));
        });
        routes.Get(Pull + "/reviews/{review}/comments", "pull_requests=read", call =>
            call.Page(FakePullsApi.Find(call).ReviewComments.Where(c => c.ReviewId == FindReview(call).Id), c => call.Shapes.ReviewComment(c)));
        routes.Get(Pull + "/comments", "pull_requests=read", call => call.Page(FakePullsApi.Find(call).ReviewComments, c => call.Shapes.ReviewComment(c)));
        routes.Post(Pull + "/comments", "pull_requests=write", CreateComment);
        routes.Post(Pull + "/comments/{comment}/replies", "pull_requests=write", Reply);
        routes.Get("/repos/{owner}/{repo}/pulls/comments/{comment}", "pull_requests=read", call => call.Shapes.ReviewComment(FindComment(call)));
        routes.Patch("/repos/{owner}/{repo}/pulls/comments/{comment}", "pull_requests=write", call =>
        {
            (FindComment(call).Body, FindComment(call).UpdatedAt) = (call.Required(Resource, "body"), call.Now);
            return call.Shapes.ReviewComment(FindComment(call));
        });
        routes.Delete("/repos/{owner}/{repo}/pulls/comments/{comment}", "pull_requests=write", call =>
        {
            FindComment(call).Pull.ReviewComments.Remove(FindComment(call));
            return null;
        });
    }

    public static FakeReviewComment FindComment(FakeCall call) =>
        call.Repository().Pulls.SelectMany(p => p.ReviewComments).FirstOrDefault(c => c.Id == call.Number("comment")) ?? throw FakeRefusal.NotFound();

    private static FakeReview FindReview(FakeCall call) => FakePullsApi.Find(call).Reviews.Find(r => r.Id == call.Number("review")) ?? throw FakeRefusal.NotFound();

    private static JsonNode CreateReview(FakeCall call)
    {
        var pull = FakePullsApi.Find(call);
        var asked = call.Text("event");
        if (asked is "REQUEST_CHANGES" or "COMMENT" && string.IsNullOrEmpty(call.Text("body")) && call.Body["comments"] is not JsonArray { Count: > 0 })
            throw new FakeRefusal(422, "Unprocessable Entity", ("PullRequestReview", "body", "missing_field"));
        var review = new FakeReview(call.GitHub.NextId(), call.Author, call.Text("commit_id") ?? pull.HeadSha, call.Now)
        {
            Body = call.Text("body") ?? "",
            State = asked switch { "APPROVE" => "APPROVED", "REQUEST_CHANGES" => "CHANGES_REQUESTED", "COMMENT" => "COMMENTED", null => "PENDING", _ => throw new FakeRefusal(422, "Unprocessable Entity", ("PullRequestReview", "event", "invalid")) },
        };
        // All or nothing: a comment outside the diff refuses the whole review.
        var comments = (call.Body["comments"] as JsonArray ?? []).Select(c => Comment(call, pull, c!.AsObject(), review.CommitId, review.Id)).ToList();
        pull.Reviews.Add(review);
        pull.ReviewComments.AddRange(comments);
        return call.Shapes.Review(pull, review);
    }

    private static JsonNode CreateComment(FakeCall call)
    {
        var pull = FakePullsApi.Find(call);
        var comment = Comment(call, pull, call.Body, call.Required(Resource, "commit_id"), reviewId: null);
        pull.ReviewComments.Add(comment);
        return call.Created(call.Shapes.ReviewComment(comment));
    }

    private static JsonNode Reply(FakeCall call)
    {
        var pull = FakePullsApi.Find(call);
        var parent = FindComment(call);
        var reply = new FakeReviewComment(call.GitHub.NextId(), pull, call.Author, parent.Path, call.Now)
        {
            Body = call.Required(Resource, "body"),
            CommitId = parent.CommitId,
            Line = parent.Line,
            Side = parent.Side,
            InReplyTo = parent.InReplyTo ?? parent.Id,
        };
        pull.ReviewComments.Add(reply);
        return call.Created(call.Shapes.ReviewComment(reply));
    }

    private static FakeReviewComment Comment(FakeCall call, FakePullRequest pull, JsonObject body, string commit, long? reviewId)
    {
        var path = body["path"]?.GetValue<string>() ?? throw Invalid("path", "missing_field");
        var text = body["body"]?.GetValue<string>() ?? throw Invalid("body", "missing_field");
        int? line = body["line"]?.GetValue<int>(), start = body["start_line"]?.GetValue<int>();
        var side = body["side"]?.GetValue<string>() ?? "RIGHT";
        if (!FakeContentsApi.Resolve(pull.Repository, commit).Equals(commit, StringComparison.Ordinal)) throw Invalid("commit_id", "invalid");
        var file = FakeDiff.Of(pull).FirstOrDefault(f => f.Path == path) ?? throw Invalid("path", "invalid");
        if (line is null && body["subject_type"]?.GetValue<string>() != "file") throw Invalid("line", "missing_field");
        if (line is { } at && !IsInDiff(file.Patch, at, side)) throw Invalid("line", "invalid");
        if (start is { } from && (from >= line || !IsInDiff(file.Patch, from, side))) throw Invalid("start_line", "invalid");
        return new FakeReviewComment(call.GitHub.NextId(), pull, call.Author, path, call.Now) { Body = text, CommitId = commit, ReviewId = reviewId, Line = line, StartLine = start, Side = side };
    }

    // Only lines that the diff shows, context included, take comments. "@@ -1,3 +1,4 @@"
    private static bool IsInDiff(string? patch, int line, string side)
    {
        var (left, right) = (0, 0);
        foreach (var text in (patch ?? "").Split('\n'))
        {
            if (text.StartsWith("@@", StringComparison.Ordinal))
            {
                var starts = text.Split(' ').Skip(1).Take(2).Select(part => int.Parse(part[1..].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
                (left, right) = (starts[0], starts[1]);
                continue;
            }
            if (text.StartsWith('\\')) continue;
            if (!text.StartsWith('+') && left++ == line && side == "LEFT") return true;
            if (!text.StartsWith('-') && right++ == line && side == "RIGHT") return true;
        }
        return false;
    }

    private static FakeRefusal Invalid(string field, string code) => new(422, "Validation Failed", (Resource, field, code));
}
