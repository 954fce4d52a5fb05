using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/apps/apps</summary>
internal static class FakeAppApi
{
    public static void Map(FakeRoutes routes)
    {
        routes.Get("/app", "app", call => call.Shapes.App());
        routes.Get("/app/installations", "app", call => call.Page(call.GitHub.State.Installations, i => call.Shapes.Installation(i)));
        routes.Get("/app/installations/{id}", "app", call => call.Shapes.Installation(Find(call)));
        routes.Post("/app/installations/{id}/access_tokens", "app", CreateToken);
        routes.Get("/repos/{owner}/{repo}/installation", "app", call => call.Shapes.Installation(
            call.GitHub.Find($"{call.Route("owner")}/{call.Route("repo")}") is { } repository && call.GitHub.State.Installations.FirstOrDefault(i => i.Holds(repository)) is { } installation
                ? installation : throw FakeRefusal.NotFound()));
        routes.Get("/installation/repositories", null, Repositories);
        routes.Delete("/installation/token", null, call =>
        {
            call.GitHub.Tokens.Revoke($"Bearer {(call.Caller.Token ?? throw new FakeRefusal(401, "Bad credentials")).Value}");
            return null;
        });
        routes.Post("/app-manifests/{code}/conversions", null, Convert);
    }

    private static FakeInstallation Find(FakeCall call) =>
        call.GitHub.State.Installations.FirstOrDefault(i => i.Id == call.Number("id")) ?? throw FakeRefusal.NotFound();

    private static JsonObject CreateToken(FakeCall call)
    {
        var installation = Find(call);
        if (installation.SuspendedAt is not null) throw new FakeRefusal(403, "This installation has been suspended");
        var wanted = call.BodyNode as JsonObject;
        var repositories = Selected(call, installation, wanted);
        var permissions = Narrowed(installation, wanted?["permissions"] as JsonObject);
        var token = call.GitHub.Tokens.Issue(installation, permissions, repositories?.Select(r => r.Id).ToHashSet());
        var answer = new JsonObject
        {
            ["token"] = token.Value,
            ["expires_at"] = FakeShapes.Time(token.ExpiresAt),
            ["permissions"] = FakeShapes.Texts(permissions),
            ["repository_selection"] = repositories is null && installation.Repositories is null ? "all" : "selected",
        };
        if (repositories is not null) answer["repositories"] = new JsonArray([.. repositories.Select(r => call.Shapes.Repository(r))]);
        return call.Created(answer).AsObject();
    }

    private static List<FakeRepository>? Selected(FakeCall call, FakeInstallation installation, JsonObject? wanted)
    {
        var names = wanted?["repositories"] as JsonArray;
        var ids = wanted?["repository_ids"] as JsonArray;
        if (names is null && ids is null) return null;
        var held = call.GitHub.State.Repositories.Where(installation.Holds).ToList();
        var found = (names ?? []).Select(n => held.Find(r => r.Name.Equals(n!.GetValue<string>(), StringComparison.OrdinalIgnoreCase)))
            .Concat((ids ?? []).Select(id => held.Find(r => r.Id == id!.GetValue<long>()))).ToList();
        return found.Contains(null)
            ? throw new FakeRefusal(422, "There is at least one repository that does not exist or is not accessible to the parent installation.")
            : [.. found.Select(r => r!).Distinct()];
    }

    private static Dictionary<string, string> Narrowed(FakeInstallation installation, JsonObject? wanted)
    {
        if (wanted is null) return new Dictionary<string, string>(installation.Permissions);
        var asked = wanted.ToDictionary(p => p.Key, p => p.Value!.GetValue<string>());
        var given = asked.All(p => installation.Permissions.TryGetValue(p.Key, out var level) && (level == "write" || p.Value == "read"));
        return given ? asked : throw new FakeRefusal(422, "The permissions requested are not granted to this installation.");
    }

    private static JsonObject Repositories(FakeCall call)
    {
        var token = call.Caller.Token ?? throw new FakeRefusal(403, "Resource not accessible by integration");
        var held = call.GitHub.State.Repositories.Where(r => token.Installation.Holds(r) && token.Repositories?.Contains(r.Id) != false).ToList();
        return call.Counted("repositories", held, r => call.Shapes.Repository(r));
    }

    private static JsonObject Convert(FakeCall call)
    {
        if (!call.GitHub.State.ManifestCodes.Remove(call.Route("code"))) throw FakeRefusal.NotFound();
        var app = call.GitHub.App;
        var answer = call.Shapes.App();
        (answer["client_id"], answer["client_secret"], answer["webhook_secret"], answer["pem"]) = (app.ClientId, app.ClientSecret, app.WebhookSecret, app.PrivateKeyPem);
        return call.Created(answer).AsObject();
    }
}
