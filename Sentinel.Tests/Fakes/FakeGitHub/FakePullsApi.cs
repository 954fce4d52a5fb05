namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/pulls/pulls</summary>
internal static class FakePullsApi
{
    public static void Map(FakeRoutes routes)
    {
        routes.Get("/repos/{owner}/{repo}/pulls", "pull_requests=read", call =>
        {
            var state = call.Query("state") ?? "open";
            var found = call.Repository().Pulls.Where(p => state == "all" || p.State == state);
            if (call.Query("head") is { } head) found = found.Where(p => $"{p.Repository.Owner.Login}:{p.HeadRef}" == head);
            if (call.Query("base") is { } target) found = found.Where(p => p.BaseRef == target);
            return call.Page(found.Reverse(), p => call.Shapes.Pull(p, inFull: false));
        });
        routes.Get("/repos/{owner}/{repo}/pulls/{number}", "pull_requests=read", call => call.Shapes.Pull(Find(call), inFull: true));
        routes.Get("/repos/{owner}/{repo}/pulls/{number}/files", "pull_requests=read", call =>
        {
            var pull = Find(call);
            return call.Page(FakeDiff.Of(pull), f => call.Shapes.File(pull, f));
        });
        routes.Get("/repos/{owner}/{repo}/pulls/{number}/commits", "pull_requests=read", call =>
        {
            var pull = Find(call);
            return call.Page(FakeDiff.Commits(pull), sha => call.Shapes.Commit(pull.Repository, sha));
        });
    }

    public static FakePullRequest Find(FakeCall call) => call.Repository().Pulls.Find(p => p.Number == call.Number("number")) ?? throw FakeRefusal.NotFound();
}
