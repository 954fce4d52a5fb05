using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.AiService.Models;

/// <summary>Which model answers, and where.</summary>
/// <param name="BaseUrl">Of an OpenAI-compatible API, with a slash at the end.</param>
/// <param name="Model">Name of the model at that API.</param>
/// <param name="Key">Null for an API without keys, such as Ollama.</param>
internal sealed record ModelEndpoint(Uri BaseUrl, string Model, string? Key)
{
    // https://ai.google.dev/gemini-api/docs/openai
    private const string GeminiBaseUrl = "https://generativelanguage.googleapis.com/v1beta/openai/";
    private const string GeminiModel = "gemini-2.5-flash";

    /// <summary>Null when neither a key nor an API of one's own is configured: the product then works without a model.</summary>
    public static ModelEndpoint? From(IConfiguration configuration)
    {
        var key = NullIfEmpty(configuration[ConfigurationKeys.ApiKey]);
        var url = NullIfEmpty(configuration[ConfigurationKeys.AiBaseUrl]);
        if (key is null && (url is null || ModelConnector.NeedsKey)) return null;

        url = (url ?? GeminiBaseUrl).TrimEnd('/') + "/";
        return new ModelEndpoint(new Uri(url), NullIfEmpty(configuration[ConfigurationKeys.AiModel]) ?? GeminiModel, key);
    }

    // A record prints its members; this one holds a key.
    public override string ToString() => $"{Model} at {BaseUrl.Host}";

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
