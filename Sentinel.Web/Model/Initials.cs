namespace Sentinel.Web.Model;

/// <summary>What stands for a person where a picture would; nothing is loaded from GitHub's hosts.</summary>
internal static class Initials
{
    private static readonly char[] Between = [' ', '-', '_', '.'];

    /// <summary>First letters of the first and the last word; a question mark for nobody.</summary>
    public static string Of(string? name) =>
        (name ?? "").Split(Between, StringSplitOptions.RemoveEmptyEntries) switch
        {
            [] => "?",
            [var only] => only[..1].ToUpperInvariant(),
            [var first, .., var last] => string.Concat(first[..1], last[..1]).ToUpperInvariant(),
        };
}
