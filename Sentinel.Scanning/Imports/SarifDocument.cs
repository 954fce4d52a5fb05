using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sentinel.Scanning.Imports;

/// <summary>The members of SARIF 2.1.0 that matter to an import; everything else is passed over while reading.</summary>
internal sealed class SarifDocument
{
    public string? Version { get; init; }

    public Capped<SarifRun>? Runs { get; init; }
}

/// <summary>Section 3.14.</summary>
internal sealed class SarifRun
{
    public SarifTool? Tool { get; init; }

    public SarifAutomationDetails? AutomationDetails { get; init; }

    public Dictionary<string, SarifArtifactLocation>? OriginalUriBaseIds { get; init; }

    public Capped<SarifArtifact>? Artifacts { get; init; }

    public Capped<SarifResult>? Results { get; init; }
}

internal sealed class SarifTool
{
    public SarifComponent? Driver { get; init; }

    public Capped<SarifComponent>? Extensions { get; init; }
}

internal sealed class SarifComponent
{
    public string? Name { get; init; }

    public string? SemanticVersion { get; init; }

    public string? Version { get; init; }

    public Capped<SarifRule>? Rules { get; init; }
}

/// <summary>Section 3.49.</summary>
internal sealed class SarifRule
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public SarifText? ShortDescription { get; init; }

    public SarifText? FullDescription { get; init; }

    public SarifText? Help { get; init; }

    public string? HelpUri { get; init; }

    public Dictionary<string, SarifText>? MessageStrings { get; init; }

    public SarifConfiguration? DefaultConfiguration { get; init; }

    // Tools put what they like into property bags.
    public JsonElement Properties { get; init; }
}

internal sealed class SarifConfiguration
{
    public string? Level { get; init; }
}

internal sealed class SarifText
{
    public string? Text { get; init; }

    public string? Id { get; init; }

    public Capped<string>? Arguments { get; init; }
}

/// <summary>Section 3.27.</summary>
internal sealed class SarifResult
{
    public string? RuleId { get; init; }

    public int? RuleIndex { get; init; }

    public SarifRuleReference? Rule { get; init; }

    public string? Kind { get; init; }

    public string? Level { get; init; }

    public string? BaselineState { get; init; }

    public SarifText? Message { get; init; }

    [JsonConverter(typeof(FirstOnly<SarifLocation>))]
    public SarifLocation? Locations { get; init; }

    public Capped<SarifSuppression>? Suppressions { get; init; }

    public JsonElement Properties { get; init; }
}

internal sealed class SarifRuleReference
{
    public string? Id { get; init; }

    public int? Index { get; init; }

    public SarifComponentReference? ToolComponent { get; init; }
}

internal sealed class SarifComponentReference
{
    public int? Index { get; init; }
}

internal sealed class SarifSuppression
{
    public string? Status { get; init; }
}

internal sealed class SarifLocation
{
    public SarifPhysicalLocation? PhysicalLocation { get; init; }

    [JsonConverter(typeof(FirstOnly<SarifLogicalLocation>))]
    public SarifLogicalLocation? LogicalLocations { get; init; }
}

internal sealed class SarifLogicalLocation
{
    public string? FullyQualifiedName { get; init; }

    public string? Name { get; init; }
}

internal sealed class SarifPhysicalLocation
{
    public SarifArtifactLocation? ArtifactLocation { get; init; }

    public SarifRegion? Region { get; init; }
}

internal sealed class SarifArtifactLocation
{
    public string? Uri { get; init; }

    public string? UriBaseId { get; init; }

    public int? Index { get; init; }
}

internal sealed class SarifArtifact
{
    public SarifArtifactLocation? Location { get; init; }
}

internal sealed class SarifRegion
{
    public int? StartLine { get; init; }

    public int? StartColumn { get; init; }

    public int? EndLine { get; init; }

    public int? EndColumn { get; init; }
}

internal sealed class SarifAutomationDetails
{
    public string? Id { get; init; }
}

/// <summary>A list that ends in an error before it fills the memory.</summary>
internal sealed class Capped<T> : Collection<T>
{
    protected override void InsertItem(int index, T item)
    {
        if (Count >= SarifReader.MaxItems) throw new SarifException($"A list holds more than {SarifReader.MaxItems:N0} items, which is the most that is taken.");
        if (item is null) throw new SarifException("A list holds null where it should hold an item.");
        base.InsertItem(index, item);
    }
}

/// <summary>Reads the first item of a list and passes over the others, of which there may be millions.</summary>
internal sealed class FirstOnly<T> : JsonConverter<T> where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.StartArray) throw new JsonException();
        reader.Read();
        if (reader.TokenType is JsonTokenType.EndArray) return null;
        var first = (T?)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(typeof(T)));
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray) reader.Skip();
        return first;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SarifDocument))]
[JsonSerializable(typeof(SarifLocation))]
[JsonSerializable(typeof(SarifLogicalLocation))]
internal sealed partial class SarifJson : JsonSerializerContext;
