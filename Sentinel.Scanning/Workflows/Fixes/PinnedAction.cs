using System.Text.RegularExpressions;
using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Fixes;

/// <summary>
/// Names the commit in place of the tag, and the tag in a comment:
/// https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions.
/// </summary>
internal static partial class PinnedAction
{
    /// <summary>Whether an action is named by what may be a tag: images, paths and expressions are not.</summary>
    public static bool MayNameTag(string uses) => TagOf(uses) is not null;

    /// <param name="uses">The entry that names an action or a reusable workflow.</param>
    /// <param name="tags">Asked once, and not at all when the text could not be changed.</param>
    public static async ValueTask<FixProposal?> PinAsync(string source, YamlEntry uses, IActionTags tags, CancellationToken cancellationToken)
    {
        // An alias stands for what is written elsewhere.
        if (uses.Value is not YamlText { Style: not (YamlStyle.Literal or YamlStyle.Folded) } node || node.Span.Start < uses.Key.Span.End) return null;
        if (TagOf(node.Value) is not { } named) return null;
        var place = node.SpanOf(named.Start, named.Tag.Length);
        var end = source.IndexOf('\n', node.Span.End) is >= 0 and var found ? found : source.Length;
        var rest = source.AsSpan(node.Span.End, end - node.Span.End).Trim().ToString();
        // Without a comment nobody, a person or Dependabot, would know the version.
        if (source.Substring(place.Start, place.Length) != named.Tag || rest is not ([] or ['#', ..])) return null;

        var answer = await tags.CommitAsync(named.Repository, named.Tag, cancellationToken);
        if (!answer.IsKnown) return FixProposal.Undecided;
        if (answer.Commit is not { } commit || !Commit().IsMatch(commit)) return null;
        List<TextEdit> edits = [new(place, commit)];
        if (rest.TrimStart('#').Trim() != named.Tag) edits.Add(TextEdit.Insert(node.Span.End, $" # {named.Tag}"));
        return new FixProposal($"The commit is named that {named.Tag} stood for when this was scanned; moving the tag changes nothing here.", edits);
    }

    private static (string Repository, string Tag, int Start)? TagOf(string uses)
    {
        // Git allows no tag with two dots, and an address must not be led elsewhere by one.
        if (Named().Match(uses) is not { Success: true } match || uses.Contains("..", StringComparison.Ordinal)) return null;
        return (match.Groups["repository"].Value, match.Groups["tag"].Value, match.Groups["tag"].Index);
    }

    [GeneratedRegex(@"^(?<repository>[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100})(?:/[^@\s]{1,500})?@(?<tag>[A-Za-z0-9][A-Za-z0-9._/+-]{0,99})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Named();

    [GeneratedRegex(@"^[0-9a-f]{40}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Commit();
}
