namespace Sentinel.Scanning.Shell;

/// <summary>In what kind of quotes a place of a script is.</summary>
internal enum ShellQuote { None, Single, Double }

/// <summary>Tells quotes apart: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02.</summary>
internal static class ShellQuotes
{
    private const int MaxDepth = 32;

    /// <summary>
    /// The quotes around a place. Null where they are not understood for certain: behind a backslash, in or behind a here-document,
    /// backquotes, <c>$'…'</c>, an arithmetic expression, an expansion with quotes in it, a <c>case</c> in a substitution, a comment that
    /// is not closed before it. Time is linear in <paramref name="index"/>.
    /// </summary>
    public static ShellQuote? At(string script, int index)
    {
        // The pattern of a case ends with a parenthesis that closes nothing.
        if (script.Contains("$(", StringComparison.Ordinal) && script.Contains("case", StringComparison.Ordinal)) return null;
        // What a substitution $( ) or a subshell ( ) stands in, the innermost last.
        var outer = new Stack<ShellQuote>();
        var quote = ShellQuote.None;
        for (var at = 0; at < index;)
        {
            var (c, next) = (script[at], at + 1 < script.Length ? script[at + 1] : '\0');
            if (quote == ShellQuote.Single)
            {
                if (c == '\'') quote = ShellQuote.None;
                at++;
            }
            else if (c == '$' && next == '{')
            {
                // An expression of GitHub's, or a parameter: quotes in them are their own.
                var end = script.AsSpan(at).StartsWith("${{") ? script.IndexOf("}}", at, StringComparison.Ordinal) + 2 : script.IndexOf('}', at) + 1;
                if (end <= at || end > index || (!script.AsSpan(at).StartsWith("${{") && script.AsSpan(at, end - at).IndexOfAny("'\"\\\n`") >= 0)) return null;
                at = end;
            }
            else if (c == '\\')
            {
                at += 2;
                if (at > index) return null;
            }
            else if (c == '`' || (c == '$' && next == '(' && script.AsSpan(at).StartsWith("$(("))) return null;
            else if (c == '$' && next == '(')
            {
                if (outer.Count == MaxDepth) return null;
                outer.Push(quote);
                quote = ShellQuote.None;
                at += 2;
            }
            else if (c == '"')
            {
                quote = quote == ShellQuote.Double ? ShellQuote.None : ShellQuote.Double;
                at++;
            }
            else if (quote == ShellQuote.Double) at++;
            else if (c == '\'')
            {
                if (at > 0 && script[at - 1] == '$') return null;
                quote = ShellQuote.Single;
                at++;
            }
            else if (c == '#' && (at == 0 || char.IsWhiteSpace(script[at - 1]) || script[at - 1] == ';'))
            {
                at = script.IndexOf('\n', at);
                if (at < 0 || at >= index) return null;
            }
            else if ((c == '<' && next == '<') || (c == '(' && next == '(')) return null;
            else
            {
                if (c == '(' && outer.Count < MaxDepth) outer.Push(quote);
                else if (c == '(') return null;
                else if (c == ')' && outer.TryPop(out var around)) quote = around;
                at++;
            }
        }
        return quote;
    }
}
