using System.Text.Json;
using Sentinel.Contracts.CustomRules;

namespace Sentinel.Data.CustomRules;

/// <summary>Writes a definition as a rule file, which is how the engine reads rules.</summary>
public static class CustomRuleFile
{
    /// <summary>Of every custom rule.</summary>
    public const string IdPrefix = "custom-";

    /// <summary>File name and text. JSON is YAML, and leaves no way for a text to end early.</summary>
    public static KeyValuePair<string, string> Of(CustomRuleDefinition definition)
    {
        var rule = new Dictionary<string, object>
        {
            ["id"] = definition.Id,
            ["title"] = definition.Title,
            ["severity"] = definition.Severity.ToString(),
            ["confidence"] = definition.Confidence.ToString(),
            ["keywords"] = definition.Keywords,
            ["examples"] = definition.Examples,
            ["negative_examples"] = definition.NegativeExamples,
        };
        if (definition.Pattern is { Length: > 0 } pattern) rule["pattern"] = pattern;
        if (definition.Value is { Length: > 0 } value) rule["value"] = value;
        if (definition.MinEntropy is { } entropy) rule["min_entropy"] = entropy;
        return KeyValuePair.Create($"{definition.Id}.yaml", JsonSerializer.Serialize(new { provider = "", revoke = "", rules = new[] { rule } }));
    }
}
