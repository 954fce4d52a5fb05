using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/commits/statuses</summary>
internal static class FakeStatusesApi
{
    private static readonly string[] States = ["error", "failure", "pending", "success"];

    public static void Map(FakeRoutes routes)
    {
        routes.Post("/repos/{owner}/{repo}/statuses/{sha}", "statuses=write", call =>
        {
            var repository = call.Repository();
            var state = call.Required("Status", "state");
            if (!States.Contains(state)) throw new FakeRefusal(422, "Validation Failed", ("Status", "state", "invalid"));
            var status = new FakeStatus(
                call.GitHub.NextId(), FakeContentsApi.Resolve(repository, call.Route("sha")), state, call.Text("context") ?? "default", call.Text("description"), call.Text("target_url"), call.Author, call.Now);
            repository.Statuses.Add(status);
            return call.Created(call.Shapes.Status(repository, status));
        });
        routes.Get("/repos/{owner}/{repo}/commits/{ref}/statuses", "statuses=read", call => call.Page(Of(call).Reverse(), s => call.Shapes.Status(call.Repository(), s)));
        routes.Get("/repos/{owner}/{repo}/commits/{ref}/status", "statuses=read", Combined);
    }

    private static FakeStatus[] Of(FakeCall call)
    {
        var sha = FakeContentsApi.Resolve(call.Repository(), call.Route("ref"));
        return [.. call.Repository().Statuses.Where(s => s.Sha == sha)];
    }

    private static JsonObject Combined(FakeCall call)
    {
        var repository = call.Repository();
        var latest = Of(call).GroupBy(s => s.Context).Select(g => g.Last()).ToList();
        var sha = FakeContentsApi.Resolve(repository, call.Route("ref"));
        return new JsonObject
        {
            ["state"] = latest.Any(s => s.State is "error" or "failure") ? "failure" : latest.Count > 0 && latest.All(s => s.State == "success") ? "success" : "pending",
            ["statuses"] = new JsonArray([.. latest.Select(s =>
            {
                var json = call.Shapes.Status(repository, s);
                json.Remove("creator");
                return json;
            })]),
            ["sha"] = sha,
            ["total_count"] = latest.Count,
            ["repository"] = call.Shapes.Repository(repository),
            ["commit_url"] = $"{call.BaseUrl}/repos/{repository.FullName}/commits/{sha}",
            ["url"] = $"{call.BaseUrl}/repos/{repository.FullName}/commits/{sha}/status",
        };
    }
}
