using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Imports;

/// <summary>The text of a message: its own, or its rule's with arguments put in (section 3.11).</summary>
internal static partial class SarifMessages
{
    public static string? Of(SarifText? message, SarifRule? rule)
    {
        if (message is null) return null;
        if ((message.Text ?? (message.Id is { } id ? rule?.MessageStrings?.GetValueOrDefault(id)?.Text : null)) is not { } text) return null;
        if (message.Arguments is not { Count: > 0 } arguments) return Links().Replace(text, "$1");
        return Links().Replace(Placeholder().Replace(text, match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is var i && i < arguments.Count ? arguments[i] : match.Value), "$1");
    }

    [GeneratedRegex(@"\{(\d{1,3})\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    // Embedded links, "[text](1)" (section 3.11.6): where they lead to is not kept.
    [GeneratedRegex(@"\[([^\[\]]{1,200})\]\(\d{1,6}\)", RegexOptions.CultureInvariant)]
    private static partial Regex Links();
}
