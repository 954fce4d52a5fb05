using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Liveness;
using Sentinel.Contracts.Scans;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;
using Sentinel.Data.Outbox;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Worker.Commands;

namespace Sentinel.Tests.Worker.Commands;

/// <summary>What people write to Sentinel is done once and answered once, for those who may, about what was told there.</summary>
public sealed class CommandHandlerTests : IAsyncLifetime
{
    private CommandBench _bench = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _bench = await CommandBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Ignore_OfASecretThatWorks_IsDeclined()
    {
        await using (var database = _bench.Feedback.Database())
            await database.Findings.Where(f => f.Id == _bench.First.Id).ExecuteUpdateAsync(f => f.SetProperty(x => x.Liveness, LivenessState.Live), Token);

        var comment = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 test data");

        Assert.Equal("confused", _bench.Reactions(comment.Reactions));
        Assert.Contains("revoke it", Assert.Single(_bench.Answers), StringComparison.Ordinal);
        Assert.Equal(FindingState.Open, (await _bench.FindingAsync(_bench.First)).State);
    }

    [Fact]
    public async Task Ignore_ByAWriter_DismissesAsTheDashboardDoes()
    {
        var comment = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 wont-fix @octo-team <img src=x> see #4");

        Assert.Equal("+1", _bench.Reactions(comment.Reactions));
        var answer = Assert.Single(_bench.Answers);
        Assert.StartsWith("`1` **High: GitHub token** (`github-pat`)\n\nDismissed as not to be fixed: ", answer, StringComparison.Ordinal);
        Assert.Contains("@\u200Bocto", answer, StringComparison.Ordinal);
        Assert.Contains("&lt;img", answer, StringComparison.Ordinal);
        Assert.Contains("\\#\u200B4", answer, StringComparison.Ordinal);
        var finding = await _bench.FindingAsync(_bench.First);
        Assert.Equal(
            (FindingState.Dismissed, DismissReason.WontFix, "wilma", "@octo-team <img src=x> see #4"),
            (finding.State, finding.DismissReason, finding.DismissedBy, finding.DismissJustification));
        Assert.Equal([false, true], _bench.Pull.ReviewComments.OrderByDescending(c => c.Line).Select(c => c.IsResolved));
        Assert.Equal(FindingState.Open, (await _bench.FindingAsync(_bench.Second)).State);

        await using var database = _bench.Feedback.Database();
        var entry = Assert.Single(await database.AuditLog.Where(a => a.Action == "finding.dismissed").ToListAsync(Token));
        Assert.Equal(("wilma", _bench.First.Id.ToString(), "request-of-comment"), (entry.Actor, entry.SubjectId, entry.RequestId));
        Assert.Contains("\"pullRequest\": 1", entry.Detail, StringComparison.Ordinal);
        var change = Assert.Single(await database.FindingEvents.Where(e => e.FindingId == _bench.First.Id && e.Kind == FindingEventKind.Dismissed).ToListAsync(Token));
        Assert.Equal("WontFix in a comment of pull request 1: @octo-team <img src=x> see #4", change.Detail);

        await _bench.SayAsync(_bench.Writer, "/sentinel ignore 2 test data");
        Assert.Equal("success", _bench.Feedback.Fake.CheckRuns.Last(r => r.HeadSha == _bench.Pull.HeadSha).Conclusion);
        Assert.Equal(DismissReason.AcceptedRisk, (await _bench.FindingAsync(_bench.Second)).DismissReason);
    }

    [Fact]
    public async Task Ignore_WhatNeedsNoWorkOrWithoutReason_ChangesNothing()
    {
        await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 test data");
        var again = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 false-positive after all");
        var silent = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 2");
        var endless = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 2 " + new string('x', 3000));

        Assert.All(new[] { again, silent, endless }, c => Assert.Equal("confused", _bench.Reactions(c.Reactions)));
        Assert.Contains("A finding that is Dismissed cannot be dismissed", _bench.Answers[1], StringComparison.Ordinal);
        Assert.Contains("Say why", _bench.Answers[2], StringComparison.Ordinal);
        Assert.Contains("longer than 2,000 characters", _bench.Answers[3], StringComparison.Ordinal);
        Assert.Equal(DismissReason.AcceptedRisk, (await _bench.FindingAsync(_bench.First)).DismissReason);
        Assert.Equal(FindingState.Open, (await _bench.FindingAsync(_bench.Second)).State);
    }

    [Theory]
    [InlineData("read", false)]
    [InlineData("triage", false)]
    [InlineData("write", true)]
    [InlineData("maintain", true)]
    [InlineData("admin", true)]
    public async Task Command_OfARole_IsTakenFromThoseWhoMayPush(string role, bool taken)
    {
        _bench.Feedback.Fake.Collaborators[_bench.Writer.Login] = role;

        var comment = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 test data");

        Assert.Equal(taken ? "+1" : "-1", _bench.Reactions(comment.Reactions));
        Assert.Equal(taken ? FindingState.Dismissed : FindingState.Open, (await _bench.FindingAsync(_bench.First)).State);
    }

    [Fact]
    public async Task Command_OfAStranger_IsRefusedInWordsOnce()
    {
        var first = await _bench.SayAsync(_bench.Stranger, "/sentinel ignore 1 nothing to see");
        var second = await _bench.SayAsync(_bench.Stranger, "/sentinel help");

        Assert.Equal(("-1", "-1"), (_bench.Reactions(first.Reactions), _bench.Reactions(second.Reactions)));
        Assert.StartsWith("Sentinel takes commands here only from people who have write access", Assert.Single(_bench.Answers), StringComparison.Ordinal);
        Assert.Equal(FindingState.Open, (await _bench.FindingAsync(_bench.First)).State);
    }

    [Fact]
    public async Task Command_UnderALoginThatChangedHands_IsRefused()
    {
        var comment = _bench.Feedback.Fake.AddComment(1, _bench.Writer, "/sentinel ignore 1 test data");
        await _bench.WriteAsync(new CommandMessage
        {
            RepositoryId = _bench.Feedback.Known.Id,
            PullRequest = 1,
            CommentKind = CommentKind.Conversation,
            CommentId = comment.Id,
            AuthorId = _bench.Writer.Id + 1,
            AuthorLogin = _bench.Writer.Login,
            Command = new CommentCommand(CommandVerb.Ignore, 1, null, "test data"),
        });

        await _bench.Feedback.DrainAsync();

        Assert.Equal("-1", _bench.Reactions(comment.Reactions));
        Assert.Equal(FindingState.Open, (await _bench.FindingAsync(_bench.First)).State);
    }

    [Fact]
    public async Task Finding_ThatWasNotToldHere_CannotBeNamed()
    {
        var other = await _bench.Feedback.OpenAsync("other", ("b.txt", "b\n"));
        await _bench.Feedback.ScanAsync(other, []);

        await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 test data", other);
        var unknown = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 9 test data");
        await _bench.SayAsync(_bench.Writer, "/sentinel fix");

        Assert.Equal("There is no finding `1` at this pull request. Sentinel has told of none here.", _bench.Answers[0]);
        Assert.Equal("There is no finding `9` at this pull request. There are `1`, `2`.", _bench.Answers[1]);
        Assert.Equal("Which finding is meant? Write its number, as in `/sentinel fix 1`. There are `1`, `2`.", _bench.Answers[2]);
        Assert.Equal("confused", _bench.Reactions(unknown.Reactions));
        Assert.Equal(FindingState.Open, (await _bench.FindingAsync(_bench.First)).State);
    }

    [Fact]
    public async Task Thread_OfSentinels_SaysWhichFindingIsMeant()
    {
        var opening = _bench.Pull.ReviewComments[1];
        var command = await _bench.SayInThreadAsync(_bench.Writer, opening, "/sentinel ignore test data");

        Assert.Equal("+1", _bench.Reactions(command.Reactions));
        var reply = _bench.Pull.ReviewComments[^1];
        Assert.Equal((opening.Id, _bench.Feedback.GitHub.App.Bot), (reply.InReplyTo, reply.User));
        Assert.Contains("`2` **High: GitHub token**", reply.Body, StringComparison.Ordinal);
        Assert.Equal((FindingState.Open, FindingState.Dismissed), ((await _bench.FindingAsync(_bench.First)).State, (await _bench.FindingAsync(_bench.Second)).State));
        Assert.Empty(_bench.Answers);
    }

    [Fact]
    public async Task Thread_ThatAPersonForged_NamesNoFinding()
    {
        var forged = new FakeReviewComment(77, _bench.Pull, _bench.Stranger, "src/app.ini", _bench.Feedback.Time.GetUtcNow()) { Body = _bench.Pull.ReviewComments[0].Body, CommitId = _bench.Pull.HeadSha, Line = 2 };
        _bench.Pull.ReviewComments.Add(forged);

        await _bench.SayInThreadAsync(_bench.Writer, forged, "/sentinel ignore test data");

        Assert.Equal(FindingState.Open, (await _bench.FindingAsync(_bench.First)).State);
        Assert.Contains("Which finding is meant?", _bench.Pull.ReviewComments[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rescan_QueuesOneScanOfTheHead()
    {
        await _bench.SayAsync(_bench.Writer, "/sentinel rescan");
        await _bench.Feedback.RepeatAsync();
        await _bench.Feedback.DrainAsync();
        await _bench.SayAsync(_bench.Writer, "/sentinel rescan");

        await using var database = _bench.Feedback.Database();
        var scan = Assert.Single(await database.Scans.Where(s => s.Status == ScanStatus.Queued).ToListAsync(Token));
        Assert.Equal(
            (ScanKind.Rerun, ScanLane.Interactive, "refs/pull/1/head", _bench.Pull.HeadSha, _bench.Pull.BaseSha, (int?)1, "request-of-comment"),
            (scan.Kind, scan.Lane, scan.Ref, scan.CommitSha, scan.BaseSha, scan.PullRequestNumber, scan.RequestId));
        Assert.Equal(
            [$"Scanning `{_bench.Pull.HeadSha[..10]}` again (request `request-of-comment`).", $"A scan of `{_bench.Pull.HeadSha[..10]}` is queued already (request `request-of-comment`)."],
            _bench.Answers);
    }

    [Fact]
    public async Task Rescan_WhileAFindingIsStillToBeIgnored_ComesAfterIt()
    {
        _bench.Feedback.GitHub.Faults.Next("GET", "/repos/acme/shop/collaborators/wilma/permission", new FakeFault.Status(502));
        await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 test data");
        await _bench.SayAsync(_bench.Writer, "/sentinel rescan");

        Assert.Empty(_bench.Answers);
        Assert.Equal(0, await QueuedAsync());
        Assert.Equal(
            "Findings of this pull request are being ignored first.",
            Assert.Single(await _bench.Feedback.LeftAsync(), m => m.Payload.Contains("rescan", StringComparison.OrdinalIgnoreCase)).LastError);

        _bench.Feedback.Time.Advance(TimeSpan.FromMinutes(10));
        await _bench.Feedback.DrainAsync();
        _bench.Feedback.Time.Advance(CommandHandler.Pause);
        await _bench.Feedback.DrainAsync();

        Assert.Equal(FindingState.Dismissed, (await _bench.FindingAsync(_bench.First)).State);
        Assert.Equal(1, await QueuedAsync());
        Assert.Equal(2, _bench.Answers.Count);
    }

    [Fact]
    public async Task Rescan_OfAPullRequestThatNobodySpokeOfYet_AsksGitHubForIt()
    {
        _bench.Feedback.Fake.Git.Git("checkout", "--quiet", "-B", "older", "main");
        _bench.Feedback.Fake.Git.Commit("Older", ("c.txt", "c\n"));
        var pull = _bench.Feedback.Fake.OpenPullRequest(_bench.Stranger, "older");

        await _bench.SayAsync(_bench.Writer, "/sentinel rescan", pull);

        await using var database = _bench.Feedback.Database();
        Assert.Equal(pull.HeadSha, (await database.Scans.SingleAsync(s => s.Status == ScanStatus.Queued, Token)).CommitSha);
        var known = await database.PullRequests.SingleAsync(p => p.Number == pull.Number, Token);
        Assert.Equal((PullRequestState.Open, "older", "mallory"), (known.State, known.HeadRef, known.AuthorLogin));
    }

    [Fact]
    public async Task ClosedPullRequest_GetsHelpAndNothingElse()
    {
        await _bench.Feedback.DescribeAsync(_bench.Pull, PullRequestState.Closed);

        var ignore = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 test data");
        await _bench.SayAsync(_bench.Writer, "/sentinel rescan");
        var help = await _bench.SayAsync(_bench.Writer, "/sentinel help");

        Assert.Equal(("confused", "+1"), (_bench.Reactions(ignore.Reactions), _bench.Reactions(help.Reactions)));
        Assert.Equal([CommandText.Closed, CommandText.Closed, CommandText.Help], _bench.Answers);
        Assert.Equal(FindingState.Open, (await _bench.FindingAsync(_bench.First)).State);
        await using var database = _bench.Feedback.Database();
        Assert.False(await database.Scans.AnyAsync(s => s.Status == ScanStatus.Queued, Token));
    }

    [Fact]
    public async Task FixWithoutAProvedOneAndUnknownWord_AreAnsweredHonestly()
    {
        await _bench.SayAsync(_bench.Writer, "/sentinel fix 1");
        var dance = await _bench.SayAsync(_bench.Writer, "/sentinel dance");

        Assert.Contains("There is no proved fix for this finding.", _bench.Answers[0], StringComparison.Ordinal);
        Assert.Contains("**What to do:**", _bench.Answers[0], StringComparison.Ordinal);
        Assert.Equal(("confused", CommandText.Unknown), (_bench.Reactions(dance.Reactions), _bench.Answers[1]));
    }

    [Fact]
    public async Task MoreThanTwentyCommandsAnHour_AreToldSoOnceAndPassedOver()
    {
        var said = new List<FakeComment>();
        for (var i = 0; i < 23; i++) said.Add(await _bench.SayAsync(_bench.Writer, "/sentinel fix 1"));

        Assert.Equal(21, _bench.Answers.Count);
        Assert.Equal(CommandText.Limited(20), _bench.Answers[20]);
        Assert.Equal(["+1", "-1", "", ""], said.Skip(19).Select(c => _bench.Reactions(c.Reactions)));

        _bench.Feedback.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal("+1", _bench.Reactions((await _bench.SayAsync(_bench.Writer, "/sentinel fix 1")).Reactions));
    }

    [Theory]
    [InlineData("GET", "/repos/acme/shop/collaborators/wilma/permission", false)]
    [InlineData("POST", "/repos/acme/shop/issues/1/comments", false)]
    [InlineData("POST", "/repos/acme/shop/issues/1/comments", true)]
    public async Task Command_AnswerLost_IsDoneAndAnsweredOnce(string method, string path, bool afterActing)
    {
        _bench.Feedback.GitHub.Faults.Next(method, path, new FakeFault.Reset(afterActing));

        var comment = await _bench.SayAsync(_bench.Writer, "/sentinel ignore 1 test data");
        _bench.Feedback.Time.Advance(TimeSpan.FromMinutes(10));
        await _bench.Feedback.DrainAsync();
        await _bench.Feedback.RepeatAsync();
        await _bench.Feedback.DrainAsync();

        Assert.Contains("Dismissed as an accepted risk: test data", Assert.Single(_bench.Answers), StringComparison.Ordinal);
        Assert.Equal("+1", _bench.Reactions(comment.Reactions));
        Assert.Empty(await _bench.Feedback.LeftAsync());
        await using var database = _bench.Feedback.Database();
        Assert.Equal(1, await database.AuditLog.CountAsync(a => a.Action == "finding.dismissed", Token));
    }

    [Fact]
    public async Task Reply_MarkCopiedByAPerson_DoesNotSilenceSentinel()
    {
        var comment = _bench.Feedback.Fake.AddComment(1, _bench.Stranger, "x");
        _bench.Feedback.Fake.AddComment(1, _bench.Stranger, $"<!-- sentinel:reply:{comment.Id + 2} -->\nmine");

        var said = await _bench.SayAsync(_bench.Writer, "/sentinel help");

        Assert.Equal(comment.Id + 2, said.Id);
        Assert.Equal(CommandText.Help, Assert.Single(_bench.Answers));
    }

    [Fact]
    public async Task Comment_ThatWasTakenBack_LeavesNoDeadLetter()
    {
        await _bench.WriteAsync(new CommandMessage
        {
            RepositoryId = _bench.Feedback.Known.Id,
            PullRequest = 1,
            CommentKind = CommentKind.Conversation,
            CommentId = 123456,
            AuthorId = _bench.Writer.Id,
            AuthorLogin = _bench.Writer.Login,
            Command = new CommentCommand(CommandVerb.Help),
        });

        for (var i = 0; i < 8; i++)
        {
            await _bench.Feedback.DrainAsync();
            _bench.Feedback.Time.Advance(TimeSpan.FromMinutes(15));
        }

        Assert.Empty(_bench.Answers);
        Assert.Empty(await _bench.Feedback.LeftAsync());
    }

    private async Task<int> QueuedAsync()
    {
        await using var database = _bench.Feedback.Database();
        return await database.Scans.CountAsync(s => s.Status == ScanStatus.Queued, Token);
    }

    [Fact]
    public async Task Commands_OfOnePullRequest_DoNotWaitForAnExplanation()
    {
        await _bench.SayAsync(_bench.Writer, "/sentinel explain 1");
        await _bench.SayAsync(_bench.Writer, "/sentinel help");

        Assert.Equal(CommandText.Help, Assert.Single(_bench.Answers));
        Assert.Contains(await _bench.Feedback.LeftAsync(), m => m.Kind == OutboxMessage.GitHubCommand);
    }
}
