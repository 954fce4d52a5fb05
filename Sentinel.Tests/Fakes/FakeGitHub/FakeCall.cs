using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A request as the fake saw it.</summary>
/// <param name="Path">Below the API's base, with a slash at its start and without the query.</param>
/// <param name="Who">app, installation 7, user alice or anonymous.</param>
internal sealed record RecordedCall(string Method, string Path, string Query, JsonNode? Body, string Who)
{
    /// <summary>How it was answered; 0 while it is not, or when the connection was reset.</summary>
    public int Status { get; set; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public override string ToString() => $"{Method} {Path}{Query} by {Who}: {Status}";
}

/// <summary>As whom a request is made.</summary>
internal sealed record FakeCaller(string Name, bool IsApp = false, FakeInstallationToken? Token = null, FakeAccount? User = null)
{
    public static FakeCaller Anonymous { get; } = new("anonymous");
}

/// <summary>GitHub's refusal of a request.</summary>
internal sealed class FakeRefusal(int status, string message, params (string Resource, string Field, string Code)[] errors) : Exception(message)
{
    public int Status { get; } = status;

    public IReadOnlyList<(string Resource, string Field, string Code)> Errors { get; } = errors;

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public static FakeRefusal NotFound() => new(404, "Not Found");
}

/// <summary>A request to the API while it is answered.</summary>
internal sealed class FakeCall(FakeGitHubServer server, HttpContext context, FakeCaller caller, JsonNode? body, string baseUrl, string? needs)
{
    private static readonly string[] Levels = ["none", "read", "triage", "write", "maintain", "admin"];

    public FakeGitHubServer GitHub { get; } = server;

    public FakeCaller Caller { get; } = caller;

    public JsonNode? BodyNode { get; } = body;

    /// <summary>The body, which must be an object.</summary>
    public JsonObject Body => BodyNode as JsonObject ?? throw new FakeRefusal(400, "Problems parsing JSON");

    /// <summary>The API's base as the caller knows it, without a slash at its end.</summary>
    public string BaseUrl { get; } = baseUrl;

    /// <summary>Status of a success.</summary>
    public int Status { get; set; } = 200;

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public DateTimeOffset Now => GitHub.Clock.GetUtcNow();

    public FakeShapes Shapes => new(GitHub, BaseUrl);

    /// <summary>The account that writes: the person, or the App's bot.</summary>
    public FakeAccount Author => Caller.User ?? GitHub.App.Bot;

    public string Route(string name) => context.Request.RouteValues[name]?.ToString() ?? throw FakeRefusal.NotFound();

    public long Number(string name) => long.TryParse(Route(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw FakeRefusal.NotFound();

    public string? Query(string name) => context.Request.Query[name] is [{ Length: > 0 } value] ? value : null;

    public JsonNode Created(JsonNode answer)
    {
        Status = 201;
        return answer;
    }

    /// <summary>A text of the body.</summary>
    public string? Text(string name) => (Body[name] as JsonValue)?.TryGetValue<string>(out var text) == true ? text : null;

    /// <summary>A text that must be there.</summary>
    public string Required(string resource, string name) => Text(name) ?? throw new FakeRefusal(422, "Validation Failed", (resource, name, "missing_field"));

    /// <summary>The repository of the route, when this caller may know it and the endpoint's permission was given.</summary>
    public FakeRepository Repository()
    {
        var repository = GitHub.Find($"{Route("owner")}/{Route("repo")}") ?? throw FakeRefusal.NotFound();
        CheckAccess(repository);
        return repository;
    }

    /// <summary>One page of a list, with the Link header (https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api).</summary>
    public JsonArray Page<T>(IEnumerable<T> items, Func<T, JsonNode> shape)
    {
        var all = items.ToList();
        var size = Math.Clamp(int.TryParse(Query("per_page"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 30, 1, 100);
        var page = Math.Max(int.TryParse(Query("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : 1, 1);
        var last = Math.Max((all.Count + size - 1) / size, 1);
        var links = new List<string>();
        if (page > 1) links.Add(Link(page - 1, "prev"));
        if (page < last) links.AddRange([Link(page + 1, "next"), Link(last, "last")]);
        if (page > 1) links.Add(Link(1, "first"));
        if (links.Count > 0) Headers["Link"] = string.Join(", ", links);
        return new JsonArray([.. all.Skip((page - 1) * size).Take(size).Select(shape)]);
    }

    /// <summary>One page under a name, with the total beside it.</summary>
    public JsonObject Counted<T>(string name, IReadOnlyCollection<T> items, Func<T, JsonNode> shape) => new() { ["total_count"] = items.Count, [name] = Page(items, shape) };

    private void CheckAccess(FakeRepository repository)
    {
        if (Caller.IsApp) throw new FakeRefusal(403, "This endpoint requires an installation access token");
        var (permission, level) = needs?.Split('=') is [var p, var l] ? (p, l) : ("metadata", "read");
        if (Caller.Token is { } token)
        {
            var covered = token.Installation.Holds(repository) && token.Repositories?.Contains(repository.Id) != false;
            if (!covered && repository.Private) throw FakeRefusal.NotFound();
            var given = token.Permissions.GetValueOrDefault(permission, "none");
            if (given == "write" || (given == "read" && level == "read") || (level == "read" && !repository.Private)) { }
            else throw Forbidden();
            if (level == "write" && !covered) throw Forbidden();
        }
        else if (repository.Private && (Caller.User is null || repository.PermissionOf(Caller.User) == "none")) throw FakeRefusal.NotFound();
        else if (level == "write" && Caller.User is null) throw new FakeRefusal(401, "Requires authentication");
        else if (level == "write" && permission is not ("issues" or "pull_requests") && Array.IndexOf(Levels, repository.PermissionOf(Caller.User!)) < Array.IndexOf(Levels, "write"))
            throw new FakeRefusal(403, "Must have push access to repository");
        if (level == "write" && repository.Archived) throw new FakeRefusal(403, "Repository was archived so is read-only.");

        FakeRefusal Forbidden()
        {
            var refusal = new FakeRefusal(403, "Resource not accessible by integration");
            refusal.Headers["X-Accepted-GitHub-Permissions"] = $"{permission}={level}";
            return refusal;
        }
    }

    private string Link(int page, string rel)
    {
        var query = context.Request.Query.Where(q => q.Key != "page").Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value.ToString())}").Append($"page={page}");
        return $"<{BaseUrl}{FakeRoutes.PathOf(context)}?{string.Join('&', query)}>; rel=\"{rel}\"";
    }
}
