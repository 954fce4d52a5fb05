using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Webhooks.Events;
using Sentinel.Contracts;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.Data.Outbox;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Worker.Feedback;

namespace Sentinel.Tests.Worker.Commands;

/// <summary>A pull request with two findings that Sentinel has told, numbered 1 and 2, and people who talk to it.</summary>
internal sealed class CommandBench : IAsyncDisposable
{
    private CommandBench(FeedbackBench feedback, FakePullRequest pull, Finding first, Finding second)
    {
        (Feedback, Pull, First, Second) = (feedback, pull, first, second);
        Writer = feedback.GitHub.AddUser("wilma");
        Stranger = feedback.GitHub.AddUser("mallory");
        feedback.Fake.Collaborators[Writer.Login] = "write";
    }

    public FeedbackBench Feedback { get; }

    public FakePullRequest Pull { get; }

    public Finding First { get; }

    public Finding Second { get; }

    public FakeAccount Writer { get; }

    public FakeAccount Stranger { get; }

    /// <summary>What Sentinel answered in the conversation, without its mark, oldest first.</summary>
    public List<string> Answers => [.. Feedback.Fake.IssueComments.Where(c => c.Body.StartsWith("<!-- sentinel:reply:", StringComparison.Ordinal) && c.User == Feedback.GitHub.App.Bot)
        .Select(c => c.Body[(c.Body.IndexOf('\n', StringComparison.Ordinal) + 1)..])];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="mainFiles">Further files of the base.</param>
    public static async Task<CommandBench> StartAsync(params (string Path, string? Content)[] mainFiles)
    {
        var feedback = await FeedbackBench.StartAsync();
        if (mainFiles.Length > 0) feedback.Fake.Git.Commit("More", mainFiles);
        await feedback.ScanAsync(null, []);
        var pull = await feedback.OpenAsync("change", ("src/app.ini", "region = eu\ntoken = x\nother = y\n"));
        var (first, second) = (await feedback.FindingAsync("src/app.ini", 2), await feedback.FindingAsync("src/app.ini", 3));
        await feedback.ScanAsync(pull, [first, second]);
        await feedback.DrainAsync();
        return new CommandBench(feedback, pull, first, second);
    }

    /// <summary>Somebody comments, the webhook comes in, and what it asks for is done.</summary>
    public async Task<FakeComment> SayAsync(FakeAccount author, string text, FakePullRequest? pull = null)
    {
        var comment = Feedback.Fake.AddComment((pull ?? Pull).Number, author, text);
        await WriteAsync(new CommandMessage
        {
            RepositoryId = Feedback.Known.Id,
            PullRequest = (pull ?? Pull).Number,
            CommentKind = CommentKind.Conversation,
            CommentId = comment.Id,
            AuthorId = author.Id,
            AuthorLogin = author.Login,
            Command = CommandReader.Read(text)!,
        });
        await Feedback.DrainAsync();
        return comment;
    }

    /// <summary>As <see cref="SayAsync"/>, in the thread that a comment began.</summary>
    public async Task<FakeReviewComment> SayInThreadAsync(FakeAccount author, FakeReviewComment opening, string text)
    {
        var comment = new FakeReviewComment(Feedback.GitHub.NextId(), Pull, author, opening.Path, Feedback.Time.GetUtcNow())
        {
            Body = text,
            CommitId = opening.CommitId,
            Line = opening.Line,
            InReplyTo = opening.Id,
        };
        Pull.ReviewComments.Add(comment);
        await WriteAsync(new CommandMessage
        {
            RepositoryId = Feedback.Known.Id,
            PullRequest = Pull.Number,
            CommentKind = CommentKind.Review,
            CommentId = comment.Id,
            InReplyTo = opening.Id,
            AuthorId = author.Id,
            AuthorLogin = author.Login,
            Command = CommandReader.Read(text)!,
        });
        await Feedback.DrainAsync();
        return comment;
    }

    public async Task WriteAsync(CommandMessage message)
    {
        await using var database = Feedback.Database();
        database.Outbox.Add(new OutboxMessage
        {
            Kind = OutboxMessage.GitHubCommand,
            AggregateKey = message.AggregateKey,
            IdempotencyKey = message.IdempotencyKey,
            RepositoryId = message.RepositoryId,
            Payload = JsonSerializer.Serialize(message, SentinelJson.Options),
            NextAttemptAt = Feedback.Time.GetUtcNow(),
            CreatedAt = Feedback.Time.GetUtcNow(),
            RequestId = "request-of-comment",
        });
        await database.SaveChangesAsync(Token);
    }

    public async Task<Finding> FindingAsync(Finding finding)
    {
        await using var database = Feedback.Database();
        return await database.Findings.AsNoTracking().SingleAsync(f => f.Id == finding.Id, Token);
    }

    /// <summary>Finding ids by their numbers at a pull request.</summary>
    public async Task<List<(int, Guid)>> NumbersAsync(int pullRequest = 1)
    {
        await using var database = Feedback.Database();
        return [.. (await FindingNumbers.Of(database, Feedback.Known.Id, pullRequest).OrderBy(n => n.Number).ToListAsync(Token)).Select(n => (n.Number, n.FindingId))];
    }

    /// <summary>Reactions of Sentinel's to a comment.</summary>
    public string Reactions(List<FakeReaction> reactions) => string.Join(' ', reactions.Where(r => r.User == Feedback.GitHub.App.Bot).Select(r => r.Content));

    public ValueTask DisposeAsync() => Feedback.DisposeAsync();
}
