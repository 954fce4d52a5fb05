namespace Sentinel.Scanning.Shell;

/// <summary>A word of a command.</summary>
/// <param name="Text">Without quotes and escapes; substitutions stay as they are written.</param>
/// <param name="Span">Its place in the script, quotes included.</param>
/// <param name="Substituted">Commands whose output becomes part of the word: <c>$(…)</c>, <c>`…`</c>, <c>&lt;(…)</c>.</param>
internal sealed record ShellWord(string Text, TextSpan Span, IReadOnlyList<ShellCommand> Substituted);

/// <summary>A redirection of a command.</summary>
/// <param name="Operator"><c>&gt;</c>, <c>&gt;&gt;</c>, <c>&lt;</c> …</param>
internal sealed record ShellRedirect(string Operator, ShellWord Target);

/// <summary>A simple command of a POSIX shell or bash: assignments, a name, arguments and redirections.</summary>
internal sealed class ShellCommand
{
    private readonly int _nameIndex;

    public ShellCommand(IReadOnlyList<ShellWord> words, IReadOnlyList<ShellRedirect> redirects)
    {
        Words = words;
        Redirects = redirects;
        _nameIndex = ShellWrappers.SkipTo(words);
        Name = _nameIndex < words.Count ? BaseName(words[_nameIndex].Text) : "";
    }

    /// <summary>All words, assignments and wrappers such as sudo included; never empty.</summary>
    public IReadOnlyList<ShellWord> Words { get; }

    public IReadOnlyList<ShellRedirect> Redirects { get; }

    /// <summary>The program without its folder, behind assignments and wrappers; empty when there is none.</summary>
    public string Name { get; }

    /// <summary>The word that names the program; null when there is none.</summary>
    public ShellWord? Program => Words.ElementAtOrDefault(_nameIndex);

    public IEnumerable<ShellWord> Arguments => Words.Skip(_nameIndex + 1);

    /// <summary>The command that reads this one's output; null at the end of a pipeline.</summary>
    public ShellCommand? PipesTo { get; internal set; }

    /// <summary>From the first to the last word.</summary>
    public TextSpan Span => TextSpan.Between(Words[0].Span.Start, Words[^1].Span.End);

    /// <summary>This command and those behind it in its pipeline.</summary>
    public IEnumerable<ShellCommand> Pipeline()
    {
        for (var command = this; command is not null; command = command.PipesTo) yield return command;
    }

    /// <summary>Whether one of the arguments is this text.</summary>
    public bool Has(string argument) => Arguments.Any(a => a.Text == argument);

    private static string BaseName(string path) => path[(path.LastIndexOf('/') + 1)..];
}
