using System.Text.RegularExpressions;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.EndToEnd;

/// <summary>From installing the App to the merge of a mended pull request, with every call that GitHub received on the way.</summary>
[Collection(EndToEndCollection.Name)]
public sealed partial class ReviewJourneyTests
{
    [Fact]
    public async Task PullRequest_FromInstallToMerge_IsCheckedReviewedAndResolved()
    {
        await using var journey = await ReviewJourney.StartAsync();
        var gitHub = journey.GitHub;
        var repository = new ReviewedRepository(gitHub, "acme");

        var begun = await journey.StepAsync(repository.Install());
        Assert.Matches("^(check c0 (queued|in_progress) )*check c0 completed success $", Writes(repository, begun));

        begun = await journey.StepAsync(repository.Open());
        Assert.Matches("^(check c1 (queued|in_progress) )*check c1 completed failure $", Checks(Writes(repository, begun)));
        Assert.Equal("review of c1 with 2 comments, summary, ", Others(Writes(repository, begun)));
        Assert.Equal([(".github/workflows/greet.yml", 7, false), ("settings.ini", 2, false)], Threads(repository));
        Assert.Equal(DefectiveFiles.FixedWorkflow, repository.AcceptSuggestion());

        begun = await journey.StepAsync(repository.Mend());
        Assert.Matches("^(check c2 (queued|in_progress) )*check c2 completed success $", Checks(Writes(repository, begun)));
        Assert.Equal("resolveReviewThread, resolveReviewThread, summary edited, ", Others(Writes(repository, begun)));
        Assert.Equal([(".github/workflows/greet.yml", 7, true), ("settings.ini", 2, true)], Threads(repository));

        begun = await journey.StepAsync(repository.Merge());
        Assert.Matches("^(check c3 (queued|in_progress) )*check c3 completed success $", Writes(repository, begun));

        var shown = repository.Shown();
        Assert.Contains("**1 secret left the code and was not rotated.**", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(DefectiveFiles.Token, shown, StringComparison.Ordinal);
        Assert.All(gitHub.Calls, call => Assert.True(IsExpected(call, repository), $"GitHub was not to be asked: {call}"));
        Assert.All(gitHub.Calls.Where(c => !c.Path.Contains(".git/", StringComparison.Ordinal)), call => Assert.InRange(call.Status, 200, 304));
        string[] secrets = [DefectiveFiles.Token, .. gitHub.Tokens.All];
        Assert.All(gitHub.Calls, call => Assert.All(secrets, s => Assert.DoesNotContain(s, $"{call.Path}{call.Query}{call.Body?.ToJsonString()}", StringComparison.Ordinal)));
    }

    private static List<(string, int, bool)> Threads(ReviewedRepository repository) =>
        [.. repository.Pull.ReviewComments.OrderBy(c => c.Path, StringComparer.Ordinal).Select(c => (c.Path, c.Line!.Value, c.IsResolved))];

    // What changed something at GitHub, in order.
    private static string Writes(ReviewedRepository repository, int begun) => repository.Named(string.Concat(Written(repository, begun)));

    private static IEnumerable<string> Written(ReviewedRepository repository, int begun)
    {
        foreach (var call in repository.GitHub.Calls.Skip(begun).Where(c => c.Method != "GET"))
        {
            if (call.Path.Contains("/check-runs", StringComparison.Ordinal))
            {
                var run = call.Method == "POST" ? call.Body!["head_sha"]!.GetValue<string>() : repository.Fake.CheckRuns.Single(r => call.Path.EndsWith($"/{r.Id}", StringComparison.Ordinal)).HeadSha;
                yield return $"check {run} {call.Body!["status"]} {(call.Body["conclusion"] is { } conclusion ? $"{conclusion} " : "")}";
            }
            else if (call.Path.EndsWith("/reviews", StringComparison.Ordinal)) yield return $"review of {call.Body!["commit_id"]} with {call.Body["comments"]!.AsArray().Count} comments, ";
            else if (call.Path.Contains("/issues/", StringComparison.Ordinal)) yield return call.Method == "POST" ? "summary, " : "summary edited, ";
            else if (Mutation().Match(call.Body?["query"]?.ToString() ?? "") is { Success: true } mutation) yield return $"{mutation.Groups[1].Value}, ";
        }
    }

    private static string Checks(string writes) => string.Concat(Check().Matches(writes).Select(m => m.Value));

    private static string Others(string writes) => Check().Replace(writes, "");

    private static bool IsExpected(RecordedCall call, ReviewedRepository repository) =>
        Expected().IsMatch($"{call.Method} {repository.Named(call.Path)} by {call.Who}".Replace($"{repository.Installation.Id}", "I", StringComparison.Ordinal));

    [GeneratedRegex("^mutation[^{]*{ ([a-zA-Z]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Mutation();

    [GeneratedRegex("check c[0-3] (?:queued|in_progress|completed [a-z]+) ", RegexOptions.CultureInvariant)]
    private static partial Regex Check();

    [GeneratedRegex("""
        ^(?:(?:POST\ /app/installations/I/access_tokens | GET\ /app)\ by\ app
        | (?:GET\ /acme/shop\.git/info/refs | POST\ /acme/shop\.git/git-upload-pack)\ by\ (?:installation\ I|anonymous)
        | (?:GET\ /repos/acme/shop/(?:commits/c[0-3]/check-runs | git/trees/c[0-3] | compare/c0\.\.\.c[12] | pulls/1/files | issues/1/comments | code-scanning/sarifs/[0-9a-f-]{36})
          | POST\ /repos/acme/shop/(?:check-runs | pulls/1/reviews | issues/1/comments | code-scanning/sarifs)
          | PATCH\ /repos/acme/shop/(?:check-runs/\d+ | issues/comments/\d+)
          | POST\ /api/graphql)\ by\ installation\ I)$
        """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Expected();
}
