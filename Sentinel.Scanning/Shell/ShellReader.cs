namespace Sentinel.Scanning.Shell;

/// <summary>Splits a script into commands: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html.</summary>
internal sealed class ShellReader(string text, int start, int end, int depth, char closing, List<ShellCommand> all)
{
    // Deeper substitutions are read as plain text.
    private const int MaxDepth = 16;

    private readonly List<string> _hereDocuments = [];
    private List<ShellWord> _words = [];
    private List<ShellRedirect> _redirects = [];
    private ShellCommand? _pipesFrom;

    /// <summary>Index of the next unit to read.</summary>
    public int At { get; private set; } = start;

    /// <summary>Reads to the closing unit, which is taken, or to the end (<c>\0</c>).</summary>
    /// <returns>The commands of this level.</returns>
    public List<ShellCommand> ReadCommands()
    {
        List<ShellCommand> commands = [];
        while (At < end)
        {
            var c = text[At];
            if (c == closing)
            {
                At++;
                break;
            }
            if (c is ' ' or '\t' or '\r') At++;
            else if (IsContinuation()) SkipContinuation();
            else if (c == '#') SkipToLineEnd();
            else if (c is '\n' or ';' or '&' or '|' or '(' or ')') Separate(commands);
            else if (c is '<' or '>' && !(At + 1 < end && text[At + 1] == '(')) Redirect();
            else AddWord();
        }
        Finish(commands, separator: '\0');
        return commands;
    }

    private void Separate(List<ShellCommand> commands)
    {
        var c = text[At];
        if (c == '&' && At + 1 < end && text[At + 1] == '>')
        {
            At++;
            Redirect();
            return;
        }
        var doubled = At + 1 < end && text[At + 1] == c && c is '&' or '|';
        Finish(commands, doubled ? '\0' : c);
        At += doubled || (c == '|' && At + 1 < end && text[At + 1] == '&') ? 2 : 1;
        if (c == '\n') SkipHereDocuments();
    }

    private void Finish(List<ShellCommand> commands, char separator)
    {
        if (_words.Count == 0)
        {
            // A pipe at a line's end goes on in the next line.
            if (separator != '\n') _pipesFrom = null;
            return;
        }
        var command = new ShellCommand(_words, _redirects);
        if (_pipesFrom is not null) _pipesFrom.PipesTo = command;
        _pipesFrom = separator == '|' ? command : null;
        commands.Add(command);
        all.Add(command);
        ReadInlineScript(command);
        (_words, _redirects) = ([], []);
    }

    // sh -c "script"
    private void ReadInlineScript(ShellCommand command)
    {
        if (depth >= MaxDepth || !ShellScript.IsShell(command.Name)) return;
        var expected = false;
        foreach (var argument in command.Arguments)
        {
            if (expected)
            {
                var span = argument.Span;
                if (span.Length > 2 && text[span.Start] is '"' or '\'' && text[span.End - 1] == text[span.Start])
                    new ShellReader(text, span.Start + 1, span.End - 1, depth + 1, closing: '\0', all).ReadCommands();
                return;
            }
            expected = argument.Text is ['-', not '-', ..] option && option.EndsWith('c');
        }
    }

    private void Redirect()
    {
        var from = At;
        while (At < end && text[At] is '<' or '>' or '&' or '|' && At - from < 3) At++;
        var kind = text[from..At];
        if (kind == "<<" && At < end && text[At] == '-') At++;
        while (At < end && text[At] is ' ' or '\t') At++;
        // The number before a redirection is a descriptor, no argument.
        if (_words.Count > 0 && _words[^1].Span.End == from && _words[^1].Text.All(char.IsAsciiDigit)) _words.RemoveAt(_words.Count - 1);
        if (At >= end || text[At] is '\n' or ';' or '&' or '|' or ')') return;
        var target = new ShellWordReader(text, At, end, depth, closing, all).Read();
        At = target.Span.End;
        if (kind == "<<") _hereDocuments.Add(target.Text);
        else _redirects.Add(new ShellRedirect(kind, target));
    }

    private void AddWord()
    {
        var word = new ShellWordReader(text, At, end, depth, closing, all).Read();
        At = Math.Max(word.Span.End, At + 1);
        _words.Add(word);
    }

    private bool IsContinuation() => text[At] == '\\' && At + 1 < end && text[At + 1] is '\n' or '\r';

    private void SkipContinuation() => At += At + 2 < end && text[At + 1] == '\r' && text[At + 2] == '\n' ? 3 : 2;

    private void SkipToLineEnd() => At = text.IndexOf('\n', At, end - At) is >= 0 and var found ? found : end;

    private void SkipHereDocuments()
    {
        foreach (var terminator in _hereDocuments)
        {
            while (At < end)
            {
                var from = At;
                SkipToLineEnd();
                var line = text.AsSpan(from, At - from).Trim();
                if (At < end) At++;
                if (line.SequenceEqual(terminator)) break;
            }
        }
        _hereDocuments.Clear();
    }
}
