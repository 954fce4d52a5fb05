using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>
/// The part of GraphQL that REST lacks: review threads, resolving them, hiding comments. Documents are read and projected as any other
/// server does; fields that are not here are refused by name.
/// </summary>
/// <remarks>https://docs.github.com/en/graphql/reference/mutations#resolvereviewthread</remarks>
internal static class FakeGraphQl
{
    public static JsonNode Answer(FakeCall call)
    {
        if (call.Caller.Token is null && call.Caller.User is null) throw new FakeRefusal(401, "This endpoint requires you to be authenticated.");
        try
        {
            var (isMutation, fields) = new GraphQlReader(call.Text("query") ?? "", call.Body["variables"] as JsonObject).Read();
            var data = new JsonObject();
            foreach (var field in fields) data[field.Alias] = GraphQlReader.Project(isMutation ? Mutate(call, field) : Query(call, field), field);
            return new JsonObject { ["data"] = data };
        }
        catch (GraphQlFault ex)
        {
            var error = new JsonObject { ["message"] = ex.Message };
            if (ex.Type is not null) error["type"] = ex.Type;
            return new JsonObject { ["data"] = null, ["errors"] = new JsonArray(error) };
        }
    }

    private static JsonObject? Query(FakeCall call, GraphQlField field) => field.Name switch
    {
        "repository" => Repository(call, field),
        "node" => Thread(call, ThreadOf(call, field.Text("id"))),
        "viewer" => new JsonObject { ["login"] = call.Author.Login },
        _ => throw new GraphQlFault($"Field '{field.Name}' doesn't exist on type 'Query'", null),
    };

    private static JsonObject Mutate(FakeCall call, GraphQlField field)
    {
        var input = field.Arguments["input"] as JsonObject ?? throw new GraphQlFault("Argument 'input' is required", null);
        switch (field.Name)
        {
            case "resolveReviewThread" or "unresolveReviewThread":
                var first = ThreadOf(call, input["threadId"]?.GetValue<string>() ?? "");
                (first.IsResolved, first.ResolvedBy) = field.Name == "resolveReviewThread" ? (true, call.Author) : (false, null);
                return new JsonObject { ["thread"] = Thread(call, first), ["clientMutationId"] = input["clientMutationId"]?.DeepClone() };
            case "minimizeComment":
                var comment = All(call).SelectMany(r => r.IssueComments).FirstOrDefault(c => c.NodeId == input["subjectId"]?.GetValue<string>())
                    ?? throw NotFound(input["subjectId"]?.GetValue<string>() ?? "");
                comment.MinimizedReason = input["classifier"]?.GetValue<string>();
                return new JsonObject { ["minimizedComment"] = new JsonObject { ["isMinimized"] = true, ["minimizedReason"] = comment.MinimizedReason?.ToLowerInvariant() } };
            default:
                throw new GraphQlFault($"Field '{field.Name}' doesn't exist on type 'Mutation'", null);
        }
    }

    private static JsonObject Repository(FakeCall call, GraphQlField field)
    {
        var name = $"{field.Text("owner")}/{field.Text("name")}";
        var repository = All(call).FirstOrDefault(r => r.FullName.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new GraphQlFault($"Could not resolve to a Repository with the name '{name}'.", "NOT_FOUND");
        var json = new JsonObject { ["id"] = $"R_{repository.Id}", ["nameWithOwner"] = repository.FullName };
        foreach (var inner in field.Fields.Where(f => f.Name == "pullRequest"))
        {
            var number = inner.Arguments["number"]?.GetValue<int>();
            var pull = repository.Pulls.Find(p => p.Number == number) ?? throw new GraphQlFault($"Could not resolve to a PullRequest with the number of {number}.", "NOT_FOUND");
            json["pullRequest"] = new JsonObject
            {
                ["id"] = $"PR_{pull.Id}",
                ["number"] = pull.Number,
                ["headRefOid"] = pull.HeadSha,
                ["reviewThreads"] = Threads(call, pull, inner.Fields.FirstOrDefault(f => f.Name == "reviewThreads")),
            };
        }
        return json;
    }

    private static JsonObject? Threads(FakeCall call, FakePullRequest pull, GraphQlField? field)
    {
        if (field is null) return null;
        var size = field.Arguments["first"]?.GetValue<int>() ?? throw new GraphQlFault("You must provide a `first` or `last` value to properly paginate the `reviewThreads` connection.", "MISSING_PAGINATION_BOUNDARIES");
        var all = pull.ReviewComments.Where(c => c.InReplyTo is null).ToList();
        var start = field.Arguments["after"] is JsonValue after ? int.Parse(after.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture) : 0;
        var page = all.Skip(start).Take(size).ToList();
        return new JsonObject
        {
            ["totalCount"] = all.Count,
            ["nodes"] = new JsonArray([.. page.Select(c => Thread(call, c))]),
            ["pageInfo"] = new JsonObject { ["hasNextPage"] = start + page.Count < all.Count, ["endCursor"] = $"{start + page.Count}" },
        };
    }

    private static JsonObject Thread(FakeCall call, FakeReviewComment first)
    {
        var comments = first.Pull.ReviewComments.Where(c => c == first || c.InReplyTo == first.Id).ToList();
        return new JsonObject
        {
            ["id"] = first.ThreadNodeId,
            ["isResolved"] = first.IsResolved,
            ["isOutdated"] = false,
            ["isCollapsed"] = first.IsResolved,
            ["path"] = first.Path,
            ["line"] = first.Line,
            ["startLine"] = first.StartLine,
            ["resolvedBy"] = first.ResolvedBy is { } by ? new JsonObject { ["login"] = by.Login } : null,
            ["viewerCanResolve"] = call.Caller.Token?.Permissions.GetValueOrDefault("pull_requests") == "write",
            ["comments"] = new JsonObject
            {
                ["totalCount"] = comments.Count,
                ["nodes"] = new JsonArray([.. comments.Select(c => new JsonObject
                {
                    ["id"] = c.NodeId,
                    ["databaseId"] = c.Id,
                    ["fullDatabaseId"] = $"{c.Id}",
                    ["body"] = c.Body,
                    ["viewerDidAuthor"] = c.User == call.Author,
                    ["author"] = new JsonObject { ["login"] = c.User.Login.Replace("[bot]", "", StringComparison.Ordinal) },
                })]),
            },
        };
    }

    private static FakeReviewComment ThreadOf(FakeCall call, string id) =>
        All(call).SelectMany(r => r.Pulls).SelectMany(p => p.ReviewComments).FirstOrDefault(c => c.InReplyTo is null && c.ThreadNodeId == id) ?? throw NotFound(id);

    // What this caller may see.
    private static IEnumerable<FakeRepository> All(FakeCall call) => call.GitHub.State.Repositories.Where(r =>
        !r.Private || (call.Caller.Token is { } token ? token.Installation.Holds(r) && token.Repositories?.Contains(r.Id) != false : r.PermissionOf(call.Caller.User!) != "none"));

    private static GraphQlFault NotFound(string id) => new($"Could not resolve to a node with the global id of '{id}'", "NOT_FOUND");
}
