using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/repos/repos, https://docs.github.com/en/rest/collaborators/collaborators</summary>
internal static class FakeRepositoriesApi
{
    public static void Map(FakeRoutes routes)
    {
        routes.Get("/repos/{owner}/{repo}", null, call => call.Shapes.Repository(call.Repository(), call.Caller.User is { } user ? call.Repository().PermissionOf(user) : null));
        routes.Get("/repositories/{id}", null, call =>
        {
            var found = call.GitHub.State.Repositories.Find(r => r.Id == call.Number("id")) ?? throw FakeRefusal.NotFound();
            return call.Caller.Token is { } token && !token.Installation.Holds(found) && found.Private ? throw FakeRefusal.NotFound() : call.Shapes.Repository(found);
        });
        routes.Get("/repos/{owner}/{repo}/collaborators", "metadata=read", call =>
        {
            var repository = call.Repository();
            return call.Page(call.GitHub.State.Accounts.Where(a => a.Type == "User" && IsCollaborator(repository, a)), a =>
            {
                var json = call.Shapes.User(a);
                (json["role_name"], json["permissions"]) = (repository.PermissionOf(a), FakeShapes.Permissions(repository.PermissionOf(a)));
                return json;
            });
        });
        routes.Get("/repos/{owner}/{repo}/collaborators/{username}", "metadata=read", call =>
            call.GitHub.Account(call.Route("username")) is { } account && IsCollaborator(call.Repository(), account) ? null : throw FakeRefusal.NotFound());
        routes.Get("/repos/{owner}/{repo}/collaborators/{username}/permission", "metadata=read", Permission);
    }

    private static bool IsCollaborator(FakeRepository repository, FakeAccount account) =>
        repository.Collaborators.ContainsKey(account.Login) || repository.Owner.Members.ContainsKey(account.Login) || repository.Owner.Login == account.Login;

    // "maintain" is written as write and "triage" as read; role_name has the exact word.
    private static JsonObject Permission(FakeCall call)
    {
        var repository = call.Repository();
        var account = call.GitHub.Account(call.Route("username")) ?? throw FakeRefusal.NotFound();
        var role = repository.PermissionOf(account);
        var user = call.Shapes.User(account);
        (user["permissions"], user["role_name"]) = (FakeShapes.Permissions(role), role);
        return new JsonObject { ["permission"] = role switch { "maintain" => "write", "triage" => "read", _ => role }, ["role_name"] = role, ["user"] = user };
    }
}
