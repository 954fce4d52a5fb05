using System.Text.Json;

namespace Sentinel.Scanning.Imports;

/// <summary>Reads property bags, in which tools put what they like.</summary>
internal static class SarifBag
{
    /// <summary>A member that is a text or a number; null for anything else.</summary>
    public static string? Text(JsonElement? bag, string name) =>
        Member(bag, name) is { } value ? Text(value) : null;

    /// <summary>The texts of a list, at most <paramref name="most"/>; empty for anything else.</summary>
    public static IEnumerable<string> Texts(JsonElement? bag, string name, int most) =>
        Member(bag, name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Take(most).Select(Text).OfType<string>()
            : [];

    private static JsonElement? Member(JsonElement? bag, string name)
    {
        try
        {
            return bag is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Another member's name is an escaped half of a surrogate pair: nothing in the bag can be asked for.
            return null;
        }
    }

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair is JSON, and no text.
            return null;
        }
    }
}
