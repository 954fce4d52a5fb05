using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/checks/runs, https://docs.github.com/en/rest/checks/suites</summary>
internal static class FakeChecksApi
{
    /// <summary>GitHub's most annotations of one request.</summary>
    private const int MaxAnnotations = 50;

    /// <summary>GitHub's longest summary and text, in characters.</summary>
    private const int MaxText = 65_535;

    private const int MaxActions = 3;

    private static readonly string[] Statuses = ["queued", "in_progress", "completed", "waiting", "requested", "pending"];

    private static readonly string[] Conclusions = ["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"];

    private static readonly string[] Levels = ["notice", "warning", "failure"];

    public static void Map(FakeRoutes routes)
    {
        const string Repo = "/repos/{owner}/{repo}";
        routes.Post(Repo + "/check-runs", "checks=write", Create);
        routes.Get(Repo + "/check-runs/{run}", "checks=read", call => call.Shapes.CheckRun(call.Repository(), Find(call)));
        routes.Patch(Repo + "/check-runs/{run}", "checks=write", call =>
        {
            Apply(call, Find(call));
            return call.Shapes.CheckRun(call.Repository(), Find(call));
        });
        routes.Get(Repo + "/check-runs/{run}/annotations", "checks=read", call => call.Page(Find(call).Annotations, a => call.Shapes.Annotation(call.Repository(), Find(call), a)));
        routes.Post(Repo + "/check-runs/{run}/rerequest", "checks=write", call =>
        {
            Find(call);
            return call.Created(new JsonObject());
        });
        routes.Get(Repo + "/commits/{ref}/check-runs", "checks=read", call => Runs(call, r => r.HeadSha == FakeContentsApi.Resolve(call.Repository(), call.Route("ref"))));
        routes.Get(Repo + "/check-suites/{suite}/check-runs", "checks=read", call => Runs(call, r => r.SuiteId == call.Number("suite")));
        routes.Get(Repo + "/check-suites/{suite}", "checks=read", call =>
            call.Shapes.CheckSuite(call.Repository(), call.Repository().CheckSuites.Find(s => s.Id == call.Number("suite")) ?? throw FakeRefusal.NotFound()));
        routes.Get(Repo + "/commits/{ref}/check-suites", "checks=read", call => call.Counted(
            "check_suites", call.Repository().CheckSuites.FindAll(s => s.HeadSha == FakeContentsApi.Resolve(call.Repository(), call.Route("ref"))),
            s => call.Shapes.CheckSuite(call.Repository(), s)));
        routes.Post(Repo + "/check-suites", "checks=write", call =>
        {
            var (suite, made) = SuiteOf(call, call.Required("CheckSuite", "head_sha"));
            if (made) call.Status = 201;
            return call.Shapes.CheckSuite(call.Repository(), suite);
        });
    }

    private static FakeCheckRun Find(FakeCall call) => call.Repository().CheckRuns.Find(r => r.Id == call.Number("run")) ?? throw FakeRefusal.NotFound();

    private static JsonObject Runs(FakeCall call, Func<FakeCheckRun, bool> belongs)
    {
        var repository = call.Repository();
        var found = repository.CheckRuns.Where(belongs);
        if (call.Query("check_name") is { } name) found = found.Where(r => r.Name == name);
        if (call.Query("status") is { } status) found = found.Where(r => r.Status == status);
        // "latest", the default, shows one run of a name.
        if (call.Query("filter") != "all") found = found.GroupBy(r => r.Name).Select(g => g.Last());
        return call.Counted("check_runs", found.Reverse().ToList(), r => call.Shapes.CheckRun(repository, r));
    }

    private static JsonNode Create(FakeCall call)
    {
        var repository = call.Repository();
        // Only Apps write check runs.
        if (call.Caller.Token is null) throw new FakeRefusal(403, "You must authenticate via a GitHub App.");
        var name = call.Required("CheckRun", "name");
        var sha = FakeContentsApi.Resolve(repository, call.Required("CheckRun", "head_sha"));
        var run = new FakeCheckRun(call.GitHub.NextId(), SuiteOf(call, sha).Suite.Id, name, sha);
        Apply(call, run);
        run.StartedAt ??= FakeShapes.Time(call.Now);
        repository.CheckRuns.Add(run);
        return call.Created(call.Shapes.CheckRun(repository, run));
    }

    private static (FakeCheckSuite Suite, bool Made) SuiteOf(FakeCall call, string sha)
    {
        var repository = call.Repository();
        if (repository.CheckSuites.Find(s => s.HeadSha == sha) is { } known) return (known, false);
        var suite = new FakeCheckSuite(call.GitHub.NextId(), sha, repository.PullsAt(sha).FirstOrDefault()?.HeadRef, call.Now);
        repository.CheckSuites.Add(suite);
        return (suite, true);
    }

    // Everything is looked at before anything is changed.
    private static void Apply(FakeCall call, FakeCheckRun run)
    {
        var output = call.Body["output"] as JsonObject;
        var annotations = (output?["annotations"] as JsonArray ?? []).Select(a => a!.AsObject()).ToList();
        var actions = (call.Body["actions"] as JsonArray ?? []).Select(a => a!.AsObject()).ToList();
        var (status, conclusion) = (call.Text("status"), call.Text("conclusion"));
        if (status is not null && !Statuses.Contains(status)) throw Invalid("status");
        if (conclusion is not null && !Conclusions.Contains(conclusion)) throw Invalid("conclusion");
        if (status == "completed" && conclusion is null && run.Conclusion is null) throw new FakeRefusal(422, "Validation Failed", ("CheckRun", "conclusion", "missing_field"));
        if (output is not null && (output["summary"] is null || output["title"] is null && run.Title is null)) throw new FakeRefusal(422, "Validation Failed", ("CheckRun", "output", "missing_field"));
        if (new[] { "summary", "text" }.Any(n => output?[n]?.GetValue<string>().Length > MaxText)) throw Invalid("output");
        if (annotations.Count > MaxAnnotations || annotations.Any(a => !IsValid(a))) throw Invalid("annotations");
        if (actions.Count > MaxActions || actions.Any(a => Length(a, "label") is 0 or > 20 || Length(a, "description") is 0 or > 40 || Length(a, "identifier") is 0 or > 20)) throw Invalid("actions");

        (run.Name, run.ExternalId, run.DetailsUrl) = (call.Text("name") ?? run.Name, call.Text("external_id") ?? run.ExternalId, call.Text("details_url") ?? run.DetailsUrl);
        (run.StartedAt, run.CompletedAt) = (call.Text("started_at") ?? run.StartedAt, call.Text("completed_at") ?? run.CompletedAt);
        run.Status = conclusion is not null ? "completed" : status ?? run.Status;
        run.Conclusion = run.Status == "completed" ? conclusion ?? run.Conclusion : null;
        if (run.Status == "completed") run.CompletedAt ??= FakeShapes.Time(call.Now);
        if (call.Body.ContainsKey("actions"))
        {
            run.Actions.Clear();
            run.Actions.AddRange(actions.Select(a => a.DeepClone().AsObject()));
        }
        if (output is null) return;
        (run.Title, run.Summary, run.Text) = (output["title"]?.GetValue<string>() ?? run.Title, output["summary"]!.GetValue<string>(), output["text"]?.GetValue<string>() ?? run.Text);
        run.Annotations.AddRange(annotations.Select(a => a.DeepClone().AsObject()));
    }

    // Columns are for annotations within one line.
    private static bool IsValid(JsonObject annotation) =>
        Length(annotation, "path") > 0 && Length(annotation, "message") > 0 && Levels.Contains(annotation["annotation_level"]?.GetValue<string>())
        && annotation["start_line"]?.GetValue<int>() is > 0 and var start && annotation["end_line"]?.GetValue<int>() is { } end && end >= start
        && (start == end || annotation["start_column"] is null && annotation["end_column"] is null);

    private static int Length(JsonObject json, string name) => json[name]?.GetValue<string>().Length ?? 0;

    private static FakeRefusal Invalid(string field) => new(422, "Invalid request.", ("CheckRun", field, "invalid"));
}
