using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
#if USE_GOOGLE_CONNECTOR
using System.Text.Json;
using Microsoft.SemanticKernel.Connectors.Google;
#else
using Microsoft.SemanticKernel.Connectors.OpenAI;
using ChatResponseFormat = OpenAI.Chat.ChatResponseFormat;
using ChatTokenUsage = OpenAI.Chat.ChatTokenUsage;
#endif

namespace Sentinel.AiService.Models;

/// <summary>The one place that knows which Semantic Kernel connector is built in: Google's own, or any OpenAI-compatible API.</summary>
internal static class ModelConnector
{
#if USE_GOOGLE_CONNECTOR
    /// <summary>Google's connector talks to Google alone, which answers nobody without a key.</summary>
    public static bool NeedsKey => true;

#pragma warning disable SKEXP0070 // The Google connector is published as experimental.
    public static IChatCompletionService Create(ModelEndpoint endpoint, HttpClient client, ILoggerFactory logs) =>
        new GoogleAIGeminiChatCompletionService(endpoint.Model, endpoint.Key!, httpClient: client, loggerFactory: logs);

    public static PromptExecutionSettings Settings(ModelOptions options, string schema) => new GeminiPromptExecutionSettings
    {
        MaxTokens = options.MaxOutputTokens,
        Temperature = options.Temperature,
        ResponseMimeType = "application/json",
        ResponseSchema = JsonDocument.Parse(schema).RootElement,
    };

    public static (int Input, int Output)? UsageOf(ChatMessageContent message) =>
        message.Metadata is GeminiMetadata usage ? (usage.PromptTokenCount, usage.CandidatesTokenCount + usage.ThoughtsTokenCount) : null;
#pragma warning restore SKEXP0070
#else
    public static bool NeedsKey => false;

    public static IChatCompletionService Create(ModelEndpoint endpoint, HttpClient client, ILoggerFactory logs) =>
#pragma warning disable SKEXP0010 // A base URL other than OpenAI's is marked experimental.
        new OpenAIChatCompletionService(endpoint.Model, endpoint.BaseUrl, endpoint.Key, httpClient: client, loggerFactory: logs);
#pragma warning restore SKEXP0010

    public static PromptExecutionSettings Settings(ModelOptions options, string schema) => new OpenAIPromptExecutionSettings
    {
        MaxTokens = options.MaxOutputTokens,
        Temperature = options.Temperature,
#pragma warning disable SKEXP0010 // Structured output is marked experimental.
        ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("explanation", BinaryData.FromString(schema), jsonSchemaIsStrict: true),
#pragma warning restore SKEXP0010
    };

    public static (int Input, int Output)? UsageOf(ChatMessageContent message) =>
        message.Metadata?.GetValueOrDefault("Usage") is ChatTokenUsage usage ? (usage.InputTokenCount, usage.OutputTokenCount) : null;
#endif
}
