using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sentinel.Contracts;

/// <summary>The one JSON dialect of all Sentinel services: camelCase names, enums as their names, nulls left out.</summary>
public static class SentinelJson
{
    /// <summary>Shared, read-only options. Unknown properties are ignored so that services can be upgraded one by one.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Applies the dialect to options owned by a host.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Converters.Add(new JsonStringEnumConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
