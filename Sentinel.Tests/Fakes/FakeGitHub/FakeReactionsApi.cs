using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/reactions/reactions</summary>
internal static class FakeReactionsApi
{
    public static readonly string[] Contents = ["+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket"];

    public static void Map(FakeRoutes routes)
    {
        Map(routes, "/repos/{owner}/{repo}/issues/comments/{comment}/reactions", "issues", call => FakeCommentsApi.Find(call).Reactions);
        Map(routes, "/repos/{owner}/{repo}/pulls/comments/{comment}/reactions", "pull_requests", call => FakeReviewsApi.FindComment(call).Reactions);
    }

    private static void Map(FakeRoutes routes, string path, string permission, Func<FakeCall, List<FakeReaction>> of)
    {
        routes.Get(path, $"{permission}=read", call => call.Page(of(call), r => call.Shapes.Reaction(r)));
        routes.Post(path, $"{permission}=write", call => Add(call, of(call)));
        routes.Delete(path + "/{reaction}", $"{permission}=write", call => of(call).RemoveAll(r => r.Id == call.Number("reaction")) > 0 ? null : throw FakeRefusal.NotFound());
    }

    // The same reaction by the same account answers 200 and adds nothing.
    private static JsonNode Add(FakeCall call, List<FakeReaction> reactions)
    {
        var content = call.Required("Reaction", "content");
        if (!Contents.Contains(content)) throw new FakeRefusal(422, "Validation Failed", ("Reaction", "content", "invalid"));
        if (reactions.Find(r => r.Content == content && r.User == call.Author) is { } known) return call.Shapes.Reaction(known);
        var reaction = new FakeReaction(call.GitHub.NextId(), call.Author, content, call.Now);
        reactions.Add(reaction);
        return call.Created(call.Shapes.Reaction(reaction));
    }
}
