using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Sentinel.AiService.Redaction;

namespace Sentinel.AiService.Answers;

/// <summary>
/// Takes links, images and HTML out of a model's words: wherever they are shown later, as HTML or as Markdown, nothing in them can be
/// clicked or loaded. Generics such as <c>List&lt;string&gt;</c> stay.
/// </summary>
internal static partial class PlainText
{
    public const string RemovedLink = "[link removed]";

    private const int Timeout = 500;

    // https://html.spec.whatwg.org/multipage/indices.html#elements-3, and what older browsers and SVG run.
    private static readonly FrozenSet<string> Elements = (
        "a abbr acronym address animate applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote body br button canvas caption center "
        + "cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fencedframe fieldset figcaption figure font footer foreignobject form "
        + "frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link main map mark marquee "
        + "math menu meta meter nav noembed noframes noscript object ol optgroup option output p param path picture plaintext portal pre progress q rp rt ruby s samp "
        + "script search section select selectedcontent set slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th "
        + "thead time title tr track tt u ul use var video wbr xmp").Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="RegexMatchTimeoutException">The text is made to be slow; it is then no answer.</exception>
    public static string Clean(string text)
    {
        text = InvisibleText.Remove(text);
        text = Comment().Replace(text, "");
        text = MarkdownLink().Replace(text, match => match.Groups["text"].Value);
        text = MarkdownReference().Replace(text, "");
        text = Url().Replace(text, RemovedLink);
        // Taking one tag out can join two halves into another.
        for (var i = 0; i < 8; i++)
        {
            var without = Tag().Replace(text, match => IsHtml(match) ? "" : match.Value);
            if (without.Length == text.Length) return text.Trim();
            text = without;
        }
        return text.Replace("<", "", StringComparison.Ordinal).Trim();
    }

    private static bool IsHtml(Match tag) => Elements.Contains(tag.Groups["name"].Value) || tag.Groups["rest"].Value.Contains('=', StringComparison.Ordinal);

    [GeneratedRegex(@"<!--.{0,4000}?(?:-->|$)|<!\[CDATA\[|<!doctype[^>]{0,200}>?", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Comment();

    [GeneratedRegex(@"!?\[(?<text>[^\]\n]{0,500})\]\((?:[^()\n]|\([^()\n]{0,200}\)){0,2000}\)", RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex MarkdownLink();

    [GeneratedRegex(@"^[ \t]{0,3}\[[^\]\n]{1,200}\]:[^\n]{0,2000}$", RegexOptions.Multiline | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex MarkdownReference();

    [GeneratedRegex(
        @"<?(?:\b[a-z][a-z0-9+.-]{1,20}://|\b(?:javascript|vbscript|data|mailto|tel|file|blob):(?=\S)|\bwww\.|(?<![\w:/])//(?=[\w-]{1,63}\.[a-z]))[^\s<>""'`)\]]{1,2000}>?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Url();

    // A name ends as it does for a browser: at a blank, a slash or the end. What is not closed is closed by the next or by what follows.
    [GeneratedRegex(@"</?(?<name>[a-z][^\s/<>]{0,60})(?<rest>[\s/][^<>]{0,2000})?(?:>|$|(?=<))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Tag();
}
