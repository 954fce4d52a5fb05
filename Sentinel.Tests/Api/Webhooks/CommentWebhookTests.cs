using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts;
using Sentinel.Data.Commands;
using Sentinel.Data.Deliveries;
using Sentinel.Data.Outbox;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Api.Webhooks;

/// <summary>Comments of people at pull requests become messages when they hold a command, once for each comment, and nothing otherwise.</summary>
public sealed class CommentWebhookTests : IAsyncLifetime
{
    private const string Conversation = "issue_comment";
    private const string Review = "pull_request_review_comment";

    private ApiServer _api = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiServer.StartAsync(Token);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Comment_WithACommand_IsKeptAsTheCommandAlone()
    {
        await PostAsync(Conversation, Comment("A secret thought.\n\n/sentinel ignore 3 wont-fix old\u0000 branch"));

        var message = Assert.Single(await MessagesAsync());
        var command = JsonSerializer.Deserialize<CommandMessage>(message.Payload, SentinelJson.Options)!;
        Assert.Equal((7, CommentKind.Conversation, 492700400L, (long?)null, 21031067L, "Codertocat"), (command.PullRequest, command.CommentKind, command.CommentId, command.InReplyTo, command.AuthorId, command.AuthorLogin));
        Assert.Equal(new CommentCommand(CommandVerb.Ignore, 3, Sentinel.Contracts.Findings.DismissReason.WontFix, "old  branch"), command.Command);
        Assert.DoesNotContain("thought", message.Payload, StringComparison.Ordinal);
        Assert.Equal((command.RepositoryId, OutboxStatus.Pending), (message.RepositoryId, message.Status));
        var delivery = await _api.QueryAsync(db => db.Deliveries.SingleAsync(Token));
        Assert.Equal((DeliveryOutcome.Accepted, message.RequestId), (delivery.Outcome, delivery.RequestId));
    }

    [Fact]
    public async Task ReviewComment_WithACommand_KeepsItsThread()
    {
        var payload = Load(Review, "created.payload.json");
        (payload["comment"]!["body"], payload["comment"]!["in_reply_to_id"]) = ("/sentinel explain", 17L);

        await PostAsync(Review, payload);

        var command = JsonSerializer.Deserialize<CommandMessage>(Assert.Single(await MessagesAsync()).Payload, SentinelJson.Options)!;
        Assert.Equal((CommentKind.Review, 284312630L, (long?)17L, new CommentCommand(CommandVerb.Explain)), (command.CommentKind, command.CommentId, command.InReplyTo, command.Command));
    }

    [Fact]
    public async Task ReviewComment_OnAWholeFile_HasNoLinesAndIsTaken()
    {
        var payload = Load(Review, "created.payload.json");
        var comment = payload["comment"]!.AsObject();
        foreach (var name in new[] { "line", "original_line", "position", "original_position", "pull_request_review_id" }) comment[name] = null;
        (comment["subject_type"], comment["body"]) = ("file", "/sentinel help");

        await PostAsync(Review, payload);

        Assert.Single(await MessagesAsync());
    }

    [Fact]
    public async Task Comment_DeliveredAgain_IsOneMessage()
    {
        var payload = Comment("/sentinel rescan");
        var guid = Guid.NewGuid().ToString("D");
        await PostAsync(Conversation, payload, guid);
        await PostAsync(Conversation, payload, guid);
        // A delivery that GitHub makes anew has another id, the comment has not.
        await PostAsync(Conversation, payload);

        Assert.Single(await MessagesAsync());
    }

    [Fact]
    public async Task Comment_ThatIsNoCommandOfAPerson_WritesItsDeliveryAlone()
    {
        var edited = Comment("/sentinel rescan", "edited.payload.json");
        var bot = Comment("/sentinel rescan");
        (bot["comment"]!["user"]!["type"], bot["comment"]!["user"]!["login"]) = ("Bot", "renovate[bot]");
        var issue = Comment("/sentinel rescan");
        issue["issue"]!.AsObject().Remove("pull_request");
        var own = Comment("<!-- sentinel:reply:1 -->\n/sentinel rescan");
        var nobody = Comment("/sentinel rescan");
        nobody["comment"]!["user"] = null;

        foreach (var payload in new[] { edited, bot, issue, own, nobody, Comment("Looks good to me.") }) await PostAsync(Conversation, payload);

        Assert.Empty(await MessagesAsync());
        Assert.Empty(await _api.QueryAsync(db => db.Repositories.ToListAsync(Token)));
        Assert.All(await _api.QueryAsync(db => db.Deliveries.ToListAsync(Token)), d => Assert.Equal(DeliveryOutcome.Ignored, d.Outcome));
    }

    [Fact]
    public async Task RealPayloads_AreAllTakenAndHoldNoCommand()
    {
        foreach (var name in new[] { Conversation, Review })
        {
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(SharedFiles.Require("data", "github-webhooks", name, name == Review ? "created.payload.json" : "created.1.payload.json"))!, "*.payload.json"))
                await PostAsync(name, JsonNode.Parse(await File.ReadAllBytesAsync(file, Token))!.AsObject());
        }

        Assert.Empty(await MessagesAsync());
        Assert.Equal(5, await _api.QueryAsync(db => db.Deliveries.CountAsync(d => d.Outcome == DeliveryOutcome.Ignored, Token)));
    }

    private static JsonObject Comment(string body, string file = "created.with-installation.payload.json")
    {
        var payload = Load(Conversation, file);
        payload["comment"]!["body"] = body;
        payload["issue"]!["number"] = 7;
        payload["issue"]!["pull_request"] = new JsonObject { ["url"] = "", ["html_url"] = "", ["diff_url"] = "", ["patch_url"] = "" };
        return payload;
    }

    private static JsonObject Load(params string[] parts) => JsonNode.Parse(File.ReadAllBytes(SharedFiles.Require(["data", "github-webhooks", .. parts])))!.AsObject();

    private async Task PostAsync(string name, JsonObject payload, string? guid = null)
    {
        var delivery = new GitHubDelivery(name, guid ?? Guid.NewGuid().ToString("D"), Encoding.UTF8.GetBytes(payload.ToJsonString()));
        using var answer = await delivery.PostAsync(_api.Anonymous, ApiServer.WebhookSecret, null, Token);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
    }

    private Task<List<OutboxMessage>> MessagesAsync() => _api.QueryAsync(db => db.Outbox.AsNoTracking().Where(m => m.Kind == OutboxMessage.GitHubCommand).ToListAsync(Token));
}
