using Microsoft.Extensions.Options;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Sentinel.AiService.Models;

/// <summary>What the model said, and what it took.</summary>
/// <param name="Text">Empty when the model refused.</param>
internal sealed record ModelReply(string Text, int InputTokens, int OutputTokens);

/// <summary>One question, one answer: the model gets no tools, no history and no kernel.</summary>
internal sealed class ModelClient(ModelEndpoint endpoint, IChatCompletionService chat, IOptions<ModelOptions> options)
{
    // English text and code have about four characters a token; three errs on the dear side.
    private const int CharactersPerToken = 3;

    public string Name => endpoint.Model;

    public Uri BaseUrl => endpoint.BaseUrl;

    /// <summary>At most so many tokens will be billed for the texts.</summary>
    public static int EstimateTokens(params ReadOnlySpan<string> texts)
    {
        var tokens = 0;
        foreach (var text in texts) tokens += (text.Length / CharactersPerToken) + 16;
        return tokens;
    }

    public async Task<ModelReply> AskAsync(string system, string question, string schema, CancellationToken cancellationToken)
    {
        var history = new ChatHistory(system);
        history.AddUserMessage(question);
        var answers = await chat.GetChatMessageContentsAsync(history, ModelConnector.Settings(options.Value, schema), kernel: null, cancellationToken);
        var answer = answers.Count > 0 ? answers[0] : new ChatMessageContent();
        var text = answer.Content ?? "";
        // APIs that count nothing are billed by our own estimate, so that the budget holds for them too.
        var (input, output) = ModelConnector.UsageOf(answer) ?? (EstimateTokens(system, question), EstimateTokens(text));
        return new ModelReply(text, Math.Max(0, input), Math.Max(0, output));
    }
}
