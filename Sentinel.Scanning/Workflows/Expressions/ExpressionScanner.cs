using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Expressions;

/// <summary>An expression in a scalar.</summary>
/// <param name="Holder">The scalar.</param>
/// <param name="Start">Index of <c>${{</c> in the scalar's value.</param>
/// <param name="Length">Length with the braces.</param>
/// <param name="Text">What is between the braces, trimmed.</param>
/// <param name="Tree">Null when it is malformed.</param>
internal sealed record FoundExpression(YamlText Holder, int Start, int Length, string Text, Expression? Tree)
{
    /// <summary>The place in the file, braces included.</summary>
    public TextSpan Span => Holder.SpanOf(Start, Length);
}

/// <summary>Finds <c>${{ }}</c> in scalars.</summary>
internal static class ExpressionScanner
{
    /// <summary>The expressions of a scalar in their order.</summary>
    public static IEnumerable<FoundExpression> In(YamlText? holder)
    {
        if (holder is null) yield break;
        var text = holder.Value;
        for (var at = 0; (at = text.IndexOf("${{", at, StringComparison.Ordinal)) >= 0;)
        {
            var end = EndOf(text, at + 3);
            if (end < 0) yield break;
            var inner = text.AsSpan(at + 3, end - at - 5).Trim();
            yield return new FoundExpression(holder, at, end - at, inner.ToString(), ExpressionParser.Parse(inner));
            at = end;
        }
    }

    /// <summary>The expression of an <c>if</c>, which needs no braces.</summary>
    public static Expression? OfCondition(YamlText condition)
    {
        var text = condition.Value.AsSpan().Trim();
        if (text.StartsWith("${{") && text.EndsWith("}}")) text = text[3..^2];
        return ExpressionParser.Parse(text);
    }

    // Behind the closing braces; braces inside a quoted text do not close.
    private static int EndOf(string text, int at)
    {
        var quoted = false;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\'') quoted = !quoted;
            else if (!quoted && text[at] == '}' && at + 1 < text.Length && text[at + 1] == '}') return at + 2;
        }
        return -1;
    }
}
