using System.Text;

namespace Sentinel.Scanning.Shell;

/// <summary>Reads one word with its quotes and substitutions.</summary>
internal sealed class ShellWordReader(string text, int start, int end, int depth, char closing, List<ShellCommand> all)
{
    private const int MaxDepth = 16;
    private const int MaxExpansion = 4096;

    private readonly StringBuilder _value = new();
    private readonly List<ShellCommand> _substituted = [];
    private readonly int _start = start;
    private int _at = start;

    public ShellWord Read()
    {
        var quote = '\0';
        while (_at < end)
        {
            var c = text[_at];
            if (StartsWith("${{")) TakeThrough("}}");
            else if (quote == '\'')
            {
                if (c == '\'') quote = '\0';
                else _value.Append(c);
                _at++;
            }
            else if (c == '\\') Escape();
            else if (StartsWith("$(") && depth < MaxDepth) Substitute(2, ')');
            else if (c == '`' && closing == '`') break;
            else if (c == '`' && depth < MaxDepth) Substitute(1, '`');
            else if (StartsWith("${")) TakeThrough("}");
            else if (c == '"')
            {
                quote = quote == '"' ? '\0' : '"';
                _at++;
            }
            else if (quote == '"') Take();
            else if (c == '\'')
            {
                quote = '\'';
                _at++;
            }
            else if ((StartsWith("<(") || StartsWith(">(")) && depth < MaxDepth && _at == _start) Substitute(2, ')');
            else if (c is ' ' or '\t' or '\r' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>' && _at > _start) break;
            else Take();
        }
        return new ShellWord(_value.ToString(), TextSpan.Between(_start, _at), _substituted);
    }

    private void Escape()
    {
        var next = _at + 1 < end ? text[_at + 1] : '\0';
        if (next == '\r' && _at + 2 < end && text[_at + 2] == '\n') _at++;
        else if (next is not ('\n' or '\0')) _value.Append(next);
        _at = Math.Min(_at + 2, end);
    }

    private void Substitute(int opening, char until)
    {
        var from = _at;
        var reader = new ShellReader(text, _at + opening, end, depth + 1, until, all);
        _substituted.AddRange(reader.ReadCommands());
        _at = reader.At;
        _value.Append(text, from, _at - from);
    }

    private void TakeThrough(string mark)
    {
        var found = text.IndexOf(mark, _at, Math.Min(end - _at, MaxExpansion), StringComparison.Ordinal);
        // What is never closed is plain text.
        var to = found < 0 ? _at + 1 : found + mark.Length;
        _value.Append(text, _at, to - _at);
        _at = to;
    }

    private void Take() => _value.Append(text[_at++]);

    private bool StartsWith(string token) => end - _at >= token.Length && string.CompareOrdinal(text, _at, token, 0, token.Length) == 0;
}
