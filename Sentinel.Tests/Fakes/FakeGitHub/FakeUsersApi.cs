using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/users/users, and what a person sees: repositories, organizations, installations.</summary>
internal static class FakeUsersApi
{
    public static void Map(FakeRoutes routes)
    {
        routes.Get("/user", "user", call => call.Shapes.PrivateUser(call.Caller.User!));
        routes.Get("/user/repos", "user", call => call.Page(Explicit(call), r => call.Shapes.Repository(r, r.PermissionOf(call.Caller.User!))));
        routes.Get("/user/orgs", "user", call => call.Page(call.GitHub.State.Accounts.Where(a => a.Members.ContainsKey(call.Caller.User!.Login)), a => call.Shapes.Organization(a)));
        routes.Get("/user/installations", "user", call => call.Counted("installations", Installations(call), i => call.Shapes.Installation(i)));
        routes.Get("/user/installations/{id}/repositories", "user", call =>
        {
            var installation = Installations(call).Find(i => i.Id == call.Number("id")) ?? throw new FakeRefusal(403, "You do not have access to this installation.");
            return call.Counted("repositories", Explicit(call).FindAll(installation.Holds), r => call.Shapes.Repository(r, r.PermissionOf(call.Caller.User!)));
        });
        routes.Get("/user/memberships/orgs/{org}", "user", Membership);
        routes.Get("/users/{username}", null, call =>
        {
            var json = call.Shapes.PrivateUser(call.GitHub.Account(call.Route("username")) ?? throw FakeRefusal.NotFound());
            foreach (var name in new[] { "collaborators", "disk_usage", "owned_private_repos", "private_gists", "total_private_repos", "two_factor_authentication" }) json.Remove(name);
            json["user_view_type"] = "public";
            return json;
        });
    }

    // Own, granted, and those of organizations one belongs to; not all that is public.
    private static List<FakeRepository> Explicit(FakeCall call)
    {
        var user = call.Caller.User!;
        return call.GitHub.State.Repositories.FindAll(r =>
            r.Owner.Login == user.Login || r.Collaborators.ContainsKey(user.Login) || r.Owner.Members.ContainsKey(user.Login));
    }

    private static List<FakeInstallation> Installations(FakeCall call) =>
        call.GitHub.State.Installations.FindAll(i => Explicit(call).Exists(i.Holds) || i.Account.Login == call.Caller.User!.Login);

    private static JsonObject Membership(FakeCall call)
    {
        var organization = call.GitHub.Account(call.Route("org"));
        if (organization is null || !organization.Members.TryGetValue(call.Caller.User!.Login, out var owns)) throw FakeRefusal.NotFound();
        return new JsonObject
        {
            ["url"] = $"{call.BaseUrl}/orgs/{organization.Login}/memberships/{call.Caller.User.Login}",
            ["state"] = "active",
            ["role"] = owns ? "admin" : "member",
            ["organization_url"] = $"{call.BaseUrl}/orgs/{organization.Login}",
            ["organization"] = call.Shapes.Organization(organization),
            ["user"] = call.Shapes.User(call.Caller.User),
        };
    }
}
