using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sentinel.GitHub;

/// <summary>How GitHub writes JSON.</summary>
public static class GitHubJson
{
    /// <summary>The REST API's: names in snake case, nulls left out.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The GraphQL API's: names in camel case.</summary>
    public static JsonSerializerOptions GraphQl { get; } = new(JsonSerializerDefaults.Web);
}
