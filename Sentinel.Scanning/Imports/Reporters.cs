using System.Text;

namespace Sentinel.Scanning.Imports;

/// <summary>Who reports a finding: an analyzer of Sentinel by its id, or an import.</summary>
public static class Reporters
{
    /// <summary>How the names of imports begin; no analyzer's does.</summary>
    public const string ImportPrefix = "sarif/";

    private const int MaxPart = 60;

    /// <summary>The name under which a tool's results are kept.</summary>
    /// <param name="category">Null for none.</param>
    public static string Imported(string tool, string? category) =>
        ImportPrefix + Slug(tool) + (category is null ? "" : "/" + string.Join('/', category.Split('/').Take(4).Select(Slug)));

    /// <summary>Whether findings come from elsewhere.</summary>
    public static bool IsImport(string reporter) => reporter.StartsWith(ImportPrefix, StringComparison.Ordinal);

    /// <summary>Lower-case letters, digits and single hyphens; never empty.</summary>
    internal static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name)
        {
            if (slug.Length == MaxPart) break;
            if (char.IsAsciiLetterOrDigit(c)) slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }
        return slug.ToString().TrimEnd('-') is { Length: > 0 } text ? text : "other";
    }
}
