using Sentinel.Contracts.Findings;
using Sentinel.Tests.AiService;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.EndToEnd;

/// <summary>A conversation with Sentinel at a pull request, from webhook to answer, with and without a model.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CommandJourneyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Conversation_AtAPullRequest_IsAnsweredAndActedOn(bool withModel)
    {
        await using var model = await ExplainingModel.StartAsync();
        await using var ai = await AiServer.StartAsync(null, Token, ("AI_BASE_URL", withModel ? model.BaseUrl.ToString() : ""));
        await using var journey = await ReviewJourney.StartAsync(ai.Client.BaseAddress);
        var repository = new ReviewedRepository(journey.GitHub, "acme");
        await journey.StepAsync(repository.Install());
        await journey.StepAsync(repository.Open());
        var (writer, stranger) = (repository.Account("wilma"), repository.Account("mallory"));
        repository.Fake.Collaborators[writer.Login] = "write";
        Assert.Equal("failure", Conclusion(repository));

        await journey.StepAsync([repository.Say(stranger, "/sentinel ignore 1 nothing to see here")]);
        Assert.Equal(("-1", "Sentinel takes commands here only from people"), (Reaction(repository), Answer(repository)[..45]));
        await journey.StepAsync([repository.Say(stranger, "/sentinel ignore 1 please")]);
        Assert.Equal(("-1", 1), (Reaction(repository), Answers(repository).Count));

        await journey.StepAsync([repository.Say(writer, "/sentinel explain 2")]);
        Assert.Equal("eyes", Reaction(repository));
        Assert.Contains(withModel ? "Written by a language model (`fake-1`)" : "No model is set up, so this is the rule's own guidance.", Answer(repository), StringComparison.Ordinal);
        Assert.Contains(withModel ? "This line lets a stranger's text become part of a script." : "**What to do:**", Answer(repository), StringComparison.Ordinal);

        await journey.StepAsync([repository.Say(writer, "/sentinel fix 2")]);
        Assert.Contains("**Proved fix:** The shell reads the text from the environment", Answer(repository), StringComparison.Ordinal);
        Assert.Contains("line 7, write instead:\n\n```\n      - env:\n          ISSUE_TITLE: ${{ github.event.issue.title }}\n        run: echo \"$ISSUE_TITLE\"\n```\n", Answer(repository), StringComparison.Ordinal);
        await journey.StepAsync([repository.Say(writer, "/sentinel fix 1")]);
        Assert.Contains("There is no proved fix for this finding.", Answer(repository), StringComparison.Ordinal);

        await journey.StepAsync([repository.Say(writer, "/sentinel rescan")]);
        Assert.Matches("^Scanning `[0-9a-f]{10}` again \\(request `[^`]+`\\)\\.$", Answer(repository));
        Assert.Equal(2, journey.Worker.Database().Scans.Count(s => s.PullRequestNumber == 1));
        await journey.StepAsync([repository.Say(writer, "What can you do?\r\n/sentinel help\r\n")]);
        Assert.StartsWith("**What people with write access can ask Sentinel**", Answer(repository), StringComparison.Ordinal);

        var ignore = repository.Say(writer, "/sentinel ignore 1 test data");
        await journey.StepAsync([ignore]);
        Assert.Equal("+1", Reaction(repository));
        Assert.Contains("Dismissed as an accepted risk: test data", Answer(repository), StringComparison.Ordinal);
        Assert.Equal([(".github/workflows/greet.yml", false), ("settings.ini", true)], Threads(repository));
        Assert.Equal("failure", Conclusion(repository));

        // The same webhook again, and a new one of the same comment: nothing happens at GitHub.
        var (shown, guid) = (repository.Shown(), journey.GitHub.Hook.Log[^1].Guid);
        var calls = await journey.StepAsync([ignore], guid);
        await journey.StepAsync([ignore]);
        Assert.Equal(shown, repository.Shown());
        Assert.Empty(journey.GitHub.Calls.Skip(calls).Select(c => $"{c.Method} {c.Path}"));

        var opening = repository.Pull.ReviewComments.Single(c => c.Path.EndsWith("greet.yml", StringComparison.Ordinal));
        await journey.StepAsync([repository.SayInThread(writer, opening, "/sentinel ignore wont-fix only members open issues")]);
        Assert.Contains("Dismissed as not to be fixed: only members open issues", repository.Pull.ReviewComments[^1].Body, StringComparison.Ordinal);
        Assert.Equal(opening.Id, repository.Pull.ReviewComments[^1].InReplyTo);
        Assert.Equal([(".github/workflows/greet.yml", true), ("settings.ini", true)], Threads(repository));
        Assert.Equal("success", Conclusion(repository));
        Assert.Equal(8, Answers(repository).Count + 1);
        await using var database = journey.Worker.Database();
        Assert.Equal(["wilma", "wilma"], database.Findings.Where(f => f.State == FindingState.Dismissed).Select(f => f.DismissedBy!));
        Assert.DoesNotContain(DefectiveFiles.Token, repository.Shown(), StringComparison.Ordinal);
    }

    private static string? Conclusion(ReviewedRepository repository) => repository.Fake.CheckRuns.Last(r => r.HeadSha == repository.Pull.HeadSha).Conclusion;

    private static List<(string, bool)> Threads(ReviewedRepository repository) =>
        [.. repository.Pull.ReviewComments.Where(c => c.InReplyTo is null).OrderBy(c => c.Path, StringComparer.Ordinal).Select(c => (c.Path, c.IsResolved))];

    private static List<string> Answers(ReviewedRepository repository) =>
        [.. repository.Fake.IssueComments.Where(c => c.Body.StartsWith("<!-- sentinel:reply:", StringComparison.Ordinal)).Select(c => c.Body[(c.Body.IndexOf('\n', StringComparison.Ordinal) + 1)..])];

    // To what was said last.
    private static string Answer(ReviewedRepository repository) => Answers(repository)[^1];

    private static string Reaction(ReviewedRepository repository) =>
        Assert.Single(repository.Fake.IssueComments.Last(c => c.User != repository.GitHub.App.Bot).Reactions).Content;
}
