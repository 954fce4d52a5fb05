namespace Sentinel.Api.Paging;

/// <summary>Turns what a person typed into a pattern for <c>ilike</c> in which no character is special.</summary>
internal static class LikePattern
{
    public const string EscapeCharacter = "\\";

    /// <summary>Null when there is nothing to look for.</summary>
    public static string? Contains(string? text) =>
        text?.Replace("\0", "", StringComparison.Ordinal).Trim() is { Length: > 0 } clean
            ? $"%{clean.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%"
            : null;
}
