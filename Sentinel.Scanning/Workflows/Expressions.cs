using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Workflows;

/// <summary>What stands in <c>${{ }}</c>.</summary>
internal static partial class Expressions
{
    /// <summary>The expressions of a text: the whole span and what is inside.</summary>
    public static IEnumerable<(int Index, int Length, string Inner)> In(string text) =>
        Expression().Matches(text).Select(m => (m.Index, m.Length, m.Groups[1].Value.Trim()));

    /// <summary>
    /// Whether the expression's value is text that anybody on the internet may write:
    /// https://docs.github.com/en/actions/concepts/security/script-injections.
    /// </summary>
    public static bool IsUntrusted(string expression) => Untrusted().IsMatch(expression) && !Neutral().IsMatch(expression);

    [GeneratedRegex(@"\$\{\{((?:[^}]|\}[^}])*)\}\}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Expression();

    [GeneratedRegex(
        @"(?i)github\.(?:head_ref\b|event\.(?:issue\.(?:title|body)|pull_request\.(?:title|body|head\.(?:ref|label|repo\.(?:default_branch|description|homepage)))|(?:comment|review|review_comment)\.body|discussion\.(?:title|body)|pages(?:\[[^\]]*\]|\.\*|\.[0-9]+)\.page_name|(?:head_commit|commits(?:\[[^\]]*\]|\.\*))\.(?:message|author\.(?:email|name))|workflow_run\.(?:head_branch|display_title|head_commit\.(?:message|author\.(?:email|name))|head_repository\.description)))",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Untrusted();

    // A comparison or a test gives true or false, whatever the text was.
    [GeneratedRegex(@"(?i)^\s*!?\s*(?:contains|startsWith|endsWith)\s*\(|==|!=", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Neutral();
}
