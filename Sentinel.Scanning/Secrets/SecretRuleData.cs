using System.Text.Json.Serialization;

namespace Sentinel.Scanning.Secrets;

/// <summary>A secret rule as its file states it.</summary>
internal sealed record SecretRuleData
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>The vendor.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Where a user revokes or rotates the secret; empty when unknown.</summary>
    public string Revoke { get; init; } = "";

    // Written always: a required value that is left out for being the default cannot be read back.
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required Severity Severity { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required Confidence Confidence { get; init; }

    /// <summary>One of them stands in, or right before, every match; in any case. Empty: the rule looks at every text.</summary>
    public required IReadOnlyList<string> Keywords { get; init; }

    /// <summary>Finds the secret by its own shape; null when <see cref="Value"/> is given.</summary>
    public string? Pattern { get; init; }

    /// <summary>The shape of a token near a keyword; null when <see cref="Pattern"/> is given.</summary>
    public string? Value { get; init; }

    /// <summary>One of these must stand near the keyword of a <see cref="Value"/>; null for no such demand.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>Most characters between keyword and value; null for the default.</summary>
    public int? Distance { get; init; }

    /// <summary>Number of the pattern's group that is the secret; null for the first.</summary>
    public int? Group { get; init; }

    /// <summary>Whether the pattern looks at the whole text wherever the keyword stands, as gitleaks does; otherwise at a window around it.</summary>
    public bool IsWhole { get; init; }

    /// <summary>A literal that must stand in the window, in this case; null for none.</summary>
    public string? Needs { get; init; }

    /// <summary>Whether several vendors share the format, so that a vendor's own rule wins over this one.</summary>
    public bool Yields { get; init; }

    public SecretCheck Check { get; init; }

    /// <summary>Least Shannon entropy of the secret in bits per character; 0 for none.</summary>
    public double MinEntropy { get; init; }

    /// <summary>Characters after a keyword in which the match must end; null for the default.</summary>
    public int? Window { get; init; }

    public IReadOnlyList<SecretPartData>? Parts { get; init; }

    public IReadOnlyList<string> References { get; init; } = [];

    public IReadOnlyList<string> Examples { get; init; } = [];

    public IReadOnlyList<string> NegativeExamples { get; init; } = [];

    /// <summary>Only files whose path matches are looked at; null for all.</summary>
    public string? PathPattern { get; init; }

    /// <summary>What does not count although it matches.</summary>
    [JsonIgnore]
    public IReadOnlyList<Allowlist> Allowlists { get; init; } = [];
}

/// <summary>A part of a credential as its file states it.</summary>
internal sealed record SecretPartData
{
    public required string Name { get; init; }

    public string? Rule { get; init; }

    public string? Pattern { get; init; }

    public int? Lines { get; init; }

    public bool Required { get; init; }
}

/// <summary>The rules in the compact form in which they come with Sentinel.</summary>
/// <param name="Hash">16 hexadecimal digits over the rule files.</param>
internal sealed record SecretRulePackData(string Hash, IReadOnlyList<SecretRuleData> Rules);

/// <summary>The examples of a rule.</summary>
internal sealed record SecretRuleExamples(string Id, IReadOnlyList<string> Examples, IReadOnlyList<string> NegativeExamples);

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true, NewLine = "\n", WriteIndented = false)]
[JsonSerializable(typeof(SecretRulePackData))]
[JsonSerializable(typeof(SecretRuleData))]
[JsonSerializable(typeof(SecretRuleExamples[]))]
internal sealed partial class SecretRuleJson : JsonSerializerContext;
