namespace Sentinel.Scanning.Workflows.Expressions;

/// <summary>
/// A parsed expression: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions. The hierarchy is closed.
/// </summary>
internal abstract record Expression
{
    private Expression() { }

    /// <summary>A number, a text, true, false or null.</summary>
    /// <param name="Text">The text of a string; null for any other literal.</param>
    public sealed record Literal(string? Text) : Expression;

    /// <summary>A value of a context: <c>github.event.issue.title</c>.</summary>
    /// <param name="Path">Lower case, dots between names; <c>*</c> stands for a number, a filter or a computed index.</param>
    /// <param name="Indexes">The computed indexes.</param>
    public sealed record Context(string Path, IReadOnlyList<Expression> Indexes) : Expression;

    /// <summary>A function call, or the member of one's result.</summary>
    /// <param name="Function">Lower case.</param>
    public sealed record Call(string Function, IReadOnlyList<Expression> Arguments) : Expression;

    /// <summary><c>!</c>, a comparison, <c>&amp;&amp;</c> or <c>||</c>.</summary>
    public sealed record Operation(string Operator, IReadOnlyList<Expression> Operands) : Expression;

    /// <summary>This expression and all parts of it.</summary>
    public IEnumerable<Expression> All() => Parts().SelectMany(p => p.All()).Prepend(this);

    /// <summary>
    /// The context values whose text can be the expression's result. Comparisons and tests give true or false whatever the text was, and
    /// a left side of <c>&amp;&amp;</c> is the result only when it is empty or false.
    /// </summary>
    public IEnumerable<Context> Flows() => this switch
    {
        Context context => [context],
        Call { Function: "format" or "join" or "tojson" or "fromjson" or "case" } call => call.Arguments.SelectMany(a => a.Flows()),
        Operation { Operator: "||" } either => either.Operands.SelectMany(o => o.Flows()),
        Operation { Operator: "&&" } both => both.Operands[^1].Flows(),
        _ => [],
    };

    private IEnumerable<Expression> Parts() => this switch
    {
        Context context => context.Indexes,
        Call call => call.Arguments,
        Operation operation => operation.Operands,
        _ => [],
    };
}
