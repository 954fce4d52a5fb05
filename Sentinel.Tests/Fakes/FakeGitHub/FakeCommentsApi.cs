namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/issues/comments</summary>
internal static class FakeCommentsApi
{
    /// <summary>GitHub's longest comment, in characters.</summary>
    private const int MaxBody = 65_536;

    public static void Map(FakeRoutes routes)
    {
        const string One = "/repos/{owner}/{repo}/issues/comments/{comment}";
        routes.Get("/repos/{owner}/{repo}/issues/{number}/comments", "issues=read", call =>
            call.Page(call.Repository().IssueComments.Where(c => c.Number == call.Number("number")), c => call.Shapes.Comment(call.Repository(), c)));
        routes.Get("/repos/{owner}/{repo}/issues/comments", "issues=read", call => call.Page(call.Repository().IssueComments, c => call.Shapes.Comment(call.Repository(), c)));
        routes.Post("/repos/{owner}/{repo}/issues/{number}/comments", "issues=write", call =>
        {
            var repository = call.Repository();
            if (repository.Pulls.All(p => p.Number != call.Number("number"))) throw FakeRefusal.NotFound();
            return call.Created(call.Shapes.Comment(repository, repository.AddComment((int)call.Number("number"), call.Author, Text(call))));
        });
        routes.Get(One, "issues=read", call => call.Shapes.Comment(call.Repository(), Find(call)));
        routes.Patch(One, "issues=write", call =>
        {
            (Find(call).Body, Find(call).UpdatedAt) = (Text(call), call.Now);
            return call.Shapes.Comment(call.Repository(), Find(call));
        });
        routes.Delete(One, "issues=write", call =>
        {
            call.Repository().IssueComments.Remove(Find(call));
            return null;
        });
    }

    public static FakeComment Find(FakeCall call) => call.Repository().IssueComments.Find(c => c.Id == call.Number("comment")) ?? throw FakeRefusal.NotFound();

    private static string Text(FakeCall call)
    {
        var body = call.Required("IssueComment", "body");
        if (body.Length == 0) throw new FakeRefusal(422, "Validation Failed", ("IssueComment", "data", "unprocessable"));
        return body.Length <= MaxBody ? body : throw new FakeRefusal(422, "Validation Failed", ("IssueComment", "body", "too_long"));
    }
}
