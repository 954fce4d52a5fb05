using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>https://docs.github.com/en/rest/repos/contents, https://docs.github.com/en/rest/commits</summary>
internal static class FakeContentsApi
{
    public static void Map(FakeRoutes routes)
    {
        routes.Get("/repos/{owner}/{repo}/contents/{**path}", "contents=read", Content);
        routes.Get("/repos/{owner}/{repo}/commits", "contents=read", call =>
        {
            var repository = call.Repository();
            var start = Resolve(repository, call.Query("sha") ?? repository.DefaultBranch);
            string[] paths = call.Query("path") is { } path ? ["--", path] : [];
            return call.Page(Lines(repository.Git.Git(["rev-list", start, .. paths])), sha => call.Shapes.Commit(repository, sha));
        });
        routes.Get("/repos/{owner}/{repo}/commits/{ref}", "contents=read", call => call.Shapes.Commit(call.Repository(), Resolve(call.Repository(), Uri.UnescapeDataString(call.Route("ref")))));
        routes.Get("/repos/{owner}/{repo}/commits/{sha}/pulls", "pull_requests=read", call =>
            call.Page(call.Repository().Pulls.Where(p => FakeDiff.Commits(p).Contains(call.Route("sha"))), p => call.Shapes.Pull(p, inFull: false)));
        routes.Get("/repos/{owner}/{repo}/compare/{basehead}", "contents=read", Compare);
        routes.Get("/repos/{owner}/{repo}/git/trees/{sha}", "contents=read", Tree);
        routes.Get("/repos/{owner}/{repo}/git/blobs/{sha}", "contents=read", Blob);
    }

    /// <summary>A commit by branch, tag or hash.</summary>
    public static string Resolve(FakeRepository repository, string reference)
    {
        try
        {
            string[] arguments = ["rev-parse", "--verify", "--quiet", $"{reference}^{{commit}}"];
            return reference.Length == 40 && reference.All(char.IsAsciiHexDigit) ? repository.Git.GitOnce(arguments) : repository.Git.Git(arguments);
        }
        catch (InvalidOperationException)
        {
            throw new FakeRefusal(422, $"No commit found for SHA: {reference}");
        }
    }

    private static JsonNode Content(FakeCall call)
    {
        var repository = call.Repository();
        var (path, reference) = (Uri.UnescapeDataString(call.Route("path")).Trim('/'), call.Query("ref") ?? repository.DefaultBranch);
        string listed;
        try
        {
            listed = repository.Git.Git("ls-tree", "-z", reference, "--", path);
        }
        catch (InvalidOperationException)
        {
            throw new FakeRefusal(404, $"No commit found for the ref {reference}");
        }
        if (listed.Length == 0) throw FakeRefusal.NotFound();
        var (type, sha) = TypeAndSha(listed.Split('\0')[0]);
        if (type == "blob") return call.Shapes.Content(repository, path, reference, sha, Encoding.UTF8.GetBytes(repository.Git.Content(sha)));
        var entries = repository.Git.Git("ls-tree", "-z", reference, "--", path + "/").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return new JsonArray([.. entries.Select(e =>
        {
            var entry = TypeAndSha(e);
            var json = call.Shapes.Content(repository, e.Split('\t', 2)[1], reference, entry.Sha, entry.Type == "blob" ? Encoding.UTF8.GetBytes(repository.Git.Content(entry.Sha)) : null);
            json.Remove("content");
            json.Remove("encoding");
            return json;
        })]);
    }

    // https://docs.github.com/en/rest/git/trees#get-a-tree
    private static JsonObject Tree(FakeCall call)
    {
        var repository = call.Repository();
        var tree = repository.Git.GitOnce("rev-parse", $"{Resolve(repository, call.Route("sha"))}^{{tree}}");
        var url = $"{call.BaseUrl}/repos/{repository.FullName}/git";
        var entries = repository.Git.GitOnce("ls-tree", "-z", "-l", tree).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            var (facts, path) = line.Split('\t', 2) is [var first, var second] ? (first.Split(' ', StringSplitOptions.RemoveEmptyEntries), second) : throw FakeRefusal.NotFound();
            var entry = new JsonObject { ["path"] = path, ["mode"] = facts[0], ["type"] = facts[1], ["sha"] = facts[2], ["url"] = $"{url}/{facts[1]}s/{facts[2]}" };
            if (long.TryParse(facts[3], out var size)) entry["size"] = size;
            return (JsonNode)entry;
        });
        return new JsonObject { ["sha"] = tree, ["url"] = $"{url}/trees/{tree}", ["tree"] = new JsonArray([.. entries]), ["truncated"] = false };
    }

    // https://docs.github.com/en/rest/git/blobs#get-a-blob
    private static JsonObject Blob(FakeCall call)
    {
        var (repository, sha) = (call.Repository(), call.Route("sha"));
        var content = Encoding.UTF8.GetBytes(repository.Git.Content(sha));
        return new JsonObject
        {
            ["sha"] = sha,
            ["node_id"] = $"B_{sha}",
            ["size"] = content.Length,
            ["encoding"] = "base64",
            ["content"] = Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks),
            ["url"] = $"{call.BaseUrl}/repos/{repository.FullName}/git/blobs/{sha}",
        };
    }

    // https://docs.github.com/en/rest/commits/commits#compare-two-commits
    private static JsonObject Compare(FakeCall call)
    {
        var repository = call.Repository();
        if (call.Route("basehead").Split("...") is not [var from, var to]) throw FakeRefusal.NotFound();
        var (start, end) = (Resolve(repository, from), Resolve(repository, to));
        var mergeBase = repository.Git.GitOnce("merge-base", start, end);
        var ahead = Lines(repository.Git.GitOnce("rev-list", "--reverse", $"{start}..{end}"));
        var behind = Lines(repository.Git.GitOnce("rev-list", $"{end}..{start}"));
        var web = $"{call.GitHub.Url}{repository.FullName}/compare/{from}...{to}";
        return new JsonObject
        {
            ["url"] = $"{call.BaseUrl}/repos/{repository.FullName}/compare/{from}...{to}",
            ["html_url"] = web,
            ["permalink_url"] = web,
            ["diff_url"] = $"{web}.diff",
            ["patch_url"] = $"{web}.patch",
            ["base_commit"] = call.Shapes.Commit(repository, start),
            ["merge_base_commit"] = call.Shapes.Commit(repository, mergeBase),
            ["status"] = (ahead.Length, behind.Length) switch { (0, 0) => "identical", (_, 0) => "ahead", (0, _) => "behind", _ => "diverged" },
            ["ahead_by"] = ahead.Length,
            ["behind_by"] = behind.Length,
            ["total_commits"] = ahead.Length,
            ["commits"] = new JsonArray([.. ahead.Select(sha => call.Shapes.Commit(repository, sha))]),
        };
    }

    // "100644 blob <sha>\t<path>"
    private static (string Type, string Sha) TypeAndSha(string line) => line.Split('\t')[0].Split(' ') is [_, var type, var sha] ? (type, sha) : throw FakeRefusal.NotFound();

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
