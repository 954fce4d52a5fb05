using System.Text;

namespace Sentinel.Scanning.Workflows.Expressions;

/// <summary>Parses the inside of <c>${{ }}</c>. What is malformed gives null: GitHub refuses to run it.</summary>
internal ref struct ExpressionParser
{
    // GitHub allows 21,000 units and depth 50.
    private const int MaxLength = 21_000;
    private const int MaxDepth = 50;
    private const int MaxPathLength = 500;

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;

    private ExpressionParser(ReadOnlySpan<char> text) => _text = text;

    public static Expression? Parse(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength) return null;
        var parser = new ExpressionParser(text);
        var expression = parser.Or();
        parser.SkipBlanks();
        return parser._at == text.Length ? expression : null;
    }

    private Expression? Or()
    {
        if (++_depth > MaxDepth) return null;
        var expression = Chain("||");
        _depth--;
        return expression;
    }

    private Expression? Chain(string separator)
    {
        List<Expression> operands = [];
        do
        {
            if ((separator == "||" ? Chain("&&") : Comparison()) is not { } operand) return null;
            operands.Add(operand);
        }
        while (Take(separator));
        return operands is [var only] ? only : new Expression.Operation(separator, operands);
    }

    private Expression? Comparison()
    {
        if (Unary() is not { } left) return null;
        string? found;
        while ((found = TakeComparison()) is not null)
        {
            if (Unary() is not { } right) return null;
            left = new Expression.Operation(found, [left, right]);
        }
        return left;
    }

    private string? TakeComparison()
    {
        foreach (var candidate in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
        {
            if (Take(candidate)) return candidate;
        }
        return null;
    }

    private Expression? Unary()
    {
        SkipBlanks();
        var negations = 0;
        while (_at < _text.Length && _text[_at] == '!' && !Peek("!="))
        {
            _at++;
            negations++;
            SkipBlanks();
        }
        var operand = Primary();
        return negations > 0 && operand is not null ? new Expression.Operation("!", [operand]) : operand;
    }

    private Expression? Primary()
    {
        SkipBlanks();
        if (_at >= _text.Length) return null;
        if (Take("("))
        {
            var inner = Or();
            return inner is not null && Take(")") ? Members(inner) : null;
        }
        var first = _text[_at];
        if (first == '\'') return Quoted() is { } text ? new Expression.Literal(text) : null;
        if (char.IsAsciiDigit(first) || first is '-' or '+' or '.') return Number();
        var name = Name();
        if (name.Length == 0) return null;
        if (Take("(")) return Arguments() is { } arguments ? Members(new Expression.Call(name, arguments)) : null;
        return name is "true" or "false" or "null" or "nan" or "infinity" ? new Expression.Literal(null) : Members(new Expression.Context(name, []));
    }

    private Expression.Literal Number()
    {
        _at++;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '+' or '-')) _at++;
        return new Expression.Literal(null);
    }

    private List<Expression>? Arguments()
    {
        List<Expression> arguments = [];
        if (Take(")")) return arguments;
        do
        {
            if (Or() is not { } argument) return null;
            arguments.Add(argument);
        }
        while (Take(","));
        return Take(")") ? arguments : null;
    }

    // .name .* [index] after a value. Of a call's or parenthesis' members only the origin matters.
    private Expression? Members(Expression value)
    {
        var path = new StringBuilder((value as Expression.Context)?.Path);
        List<Expression> indexes = [];
        while (true)
        {
            string member;
            if (Take("."))
            {
                member = Take("*") ? "*" : Name();
                if (member.Length == 0) return null;
            }
            else if (Take("["))
            {
                if (Take("*")) member = "*";
                else if (Or() is not { } index) return null;
                else if (index is Expression.Literal { Text: { } text }) member = text.ToLowerInvariant();
                else
                {
                    member = "*";
                    if (index is not Expression.Literal) indexes.Add(index);
                }
                if (!Take("]")) return null;
            }
            else
            {
                return value is Expression.Context ? new Expression.Context(path.ToString(), indexes) : value;
            }
            if (path.Length > MaxPathLength) return null;
            path.Append('.').Append(member);
        }
    }

    private string? Quoted()
    {
        var text = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] != '\'') text.Append(_text[_at]);
            else if (_at + 1 < _text.Length && _text[_at + 1] == '\'') text.Append(_text[_at++]);
            else
            {
                _at++;
                return text.ToString();
            }
        }
        return null;
    }

    private string Name()
    {
        SkipBlanks();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-')) _at++;
        return _text[start.._at].ToString().ToLowerInvariant();
    }

    private readonly bool Peek(string token) => _text[_at..].StartsWith(token);

    private bool Take(string token)
    {
        SkipBlanks();
        if (!Peek(token)) return false;
        _at += token.Length;
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }
}
