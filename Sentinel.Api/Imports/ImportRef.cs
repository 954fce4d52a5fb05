using System.Text.RegularExpressions;

namespace Sentinel.Api.Imports;

/// <summary>Which ref an import is about, in Sentinel's own terms.</summary>
internal static partial class ImportRef
{
    /// <summary>
    /// A branch, or the head of a pull request: what GitHub's workflows call <c>refs/pull/7/merge</c> is that pull request. Null for anything
    /// else, tags included: their findings would never end.
    /// </summary>
    public static string? Of(string? name)
    {
        if (name is null || !GitRefs.IsSafeName(name)) return null;
        if (PullRequest().Match(name) is { Success: true } match) return $"refs/pull/{match.Groups[1].Value}/head";
        return name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name : null;
    }

    [GeneratedRegex(@"^refs/pull/([1-9]\d{0,8})/(?:head|merge)\z", RegexOptions.CultureInvariant)]
    private static partial Regex PullRequest();
}
