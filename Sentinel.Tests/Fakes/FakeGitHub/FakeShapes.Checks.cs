using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>Check runs, suites, statuses and contents.</summary>
internal sealed partial class FakeShapes
{
    public JsonObject CheckRun(FakeRepository repository, FakeCheckRun run)
    {
        var url = $"{api}/repos/{repository.FullName}/check-runs/{run.Id}";
        return new JsonObject
        {
            ["id"] = run.Id,
            ["node_id"] = $"CR_{run.Id}",
            ["head_sha"] = run.HeadSha,
            ["external_id"] = run.ExternalId ?? "",
            ["url"] = url,
            ["html_url"] = $"{Web}/{repository.FullName}/runs/{run.Id}",
            ["details_url"] = run.DetailsUrl ?? $"{Web}/{repository.FullName}/runs/{run.Id}",
            ["status"] = run.Status,
            ["conclusion"] = run.Conclusion,
            ["started_at"] = run.StartedAt,
            ["completed_at"] = run.CompletedAt,
            ["name"] = run.Name,
            ["check_suite"] = new JsonObject { ["id"] = run.SuiteId },
            ["app"] = App(),
            ["output"] = new JsonObject
            {
                ["title"] = run.Title,
                ["summary"] = run.Summary,
                ["text"] = run.Text,
                ["annotations_count"] = run.Annotations.Count,
                ["annotations_url"] = $"{url}/annotations",
            },
            ["pull_requests"] = new JsonArray([.. repository.PullsAt(run.HeadSha).Where(p => p.State == "open").Select(p => PullMinimal(p))]),
        };
    }

    public JsonObject Annotation(FakeRepository repository, FakeCheckRun run, JsonObject annotation)
    {
        var json = new JsonObject { ["blob_href"] = $"{Web}/{repository.FullName}/blob/{run.HeadSha}/{annotation["path"]}" };
        foreach (var name in new[] { "path", "start_line", "end_line", "start_column", "end_column", "annotation_level", "title", "message", "raw_details" })
            json[name] = annotation[name]?.DeepClone();
        return json;
    }

    public JsonObject CheckSuite(FakeRepository repository, FakeCheckSuite suite)
    {
        var url = $"{api}/repos/{repository.FullName}/check-suites/{suite.Id}";
        var runs = repository.CheckRuns.Where(r => r.SuiteId == suite.Id).ToList();
        var commit = Commit(repository, suite.HeadSha);
        return new JsonObject
        {
            ["id"] = suite.Id,
            ["node_id"] = $"CS_{suite.Id}",
            ["head_branch"] = suite.HeadBranch,
            ["head_sha"] = suite.HeadSha,
            ["status"] = runs.Count > 0 && runs.All(r => r.Status == "completed") ? "completed" : "queued",
            ["conclusion"] = runs.LastOrDefault()?.Conclusion,
            ["url"] = url,
            ["before"] = null,
            ["after"] = suite.HeadSha,
            ["pull_requests"] = new JsonArray(),
            ["app"] = App(),
            ["repository"] = Repository(repository),
            ["created_at"] = Time(suite.CreatedAt),
            ["updated_at"] = Time(suite.CreatedAt),
            ["head_commit"] = new JsonObject
            {
                ["id"] = suite.HeadSha,
                ["tree_id"] = commit["commit"]!["tree"]!["sha"]!.DeepClone(),
                ["message"] = commit["commit"]!["message"]!.DeepClone(),
                ["timestamp"] = commit["commit"]!["committer"]!["date"]!.DeepClone(),
                ["author"] = new JsonObject { ["name"] = "Test", ["email"] = "test@acme.example" },
                ["committer"] = new JsonObject { ["name"] = "Test", ["email"] = "test@acme.example" },
            },
            ["latest_check_runs_count"] = runs.Count,
            ["check_runs_url"] = $"{url}/check-runs",
        };
    }

    public JsonObject Status(FakeRepository repository, FakeStatus status) => new()
    {
        ["url"] = $"{api}/repos/{repository.FullName}/statuses/{status.Sha}",
        ["avatar_url"] = $"{Web}/avatars/{status.Creator.Id}",
        ["id"] = status.Id,
        ["node_id"] = $"SC_{status.Id}",
        ["state"] = status.State,
        ["description"] = status.Description,
        ["target_url"] = status.TargetUrl,
        ["context"] = status.Context,
        ["created_at"] = Time(status.CreatedAt),
        ["updated_at"] = Time(status.CreatedAt),
        ["creator"] = User(status.Creator),
    };

    public JsonObject Content(FakeRepository repository, string path, string reference, string sha, byte[]? bytes)
    {
        var url = $"{api}/repos/{repository.FullName}/contents/{path}?ref={reference}";
        var (git, web) = ($"{api}/repos/{repository.FullName}/git/{(bytes is null ? "trees" : "blobs")}/{sha}", $"{Web}/{repository.FullName}/blob/{reference}/{path}");
        var json = new JsonObject
        {
            ["type"] = bytes is null ? "dir" : "file",
            ["size"] = bytes?.Length ?? 0,
            ["name"] = path.Split('/')[^1],
            ["path"] = path,
            ["sha"] = sha,
            ["url"] = url,
            ["git_url"] = git,
            ["html_url"] = web,
            ["download_url"] = bytes is null ? null : $"{Web}/{repository.FullName}/raw/{reference}/{path}",
            ["_links"] = new JsonObject { ["self"] = url, ["git"] = git, ["html"] = web },
        };
        if (bytes is null) return json;
        // GitHub breaks the text after 60 characters.
        (json["encoding"], json["content"]) = ("base64", string.Join('\n', Convert.ToBase64String(bytes).Chunk(60).Select(c => new string(c))) + "\n");
        return json;
    }

    private JsonObject PullMinimal(FakePullRequest pull) => new()
    {
        ["id"] = pull.Id,
        ["number"] = pull.Number,
        ["url"] = $"{api}/repos/{pull.Repository.FullName}/pulls/{pull.Number}",
        ["head"] = SideMinimal(pull.Repository, pull.HeadRef, pull.HeadSha),
        ["base"] = SideMinimal(pull.Repository, pull.BaseRef, pull.BaseSha),
    };

    private JsonObject SideMinimal(FakeRepository repository, string reference, string sha) => new()
    {
        ["ref"] = reference,
        ["sha"] = sha,
        ["repo"] = new JsonObject { ["id"] = repository.Id, ["url"] = $"{api}/repos/{repository.FullName}", ["name"] = repository.Name },
    };
}
