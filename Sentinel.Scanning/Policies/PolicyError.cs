using System.Globalization;

namespace Sentinel.Scanning.Policies;

/// <summary>A fault in a policy file.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based, in UTF-16 units.</param>
/// <param name="Message">What is wrong, as a sentence. It may quote the file, whose author may be hostile.</param>
/// <param name="Remedy">What to write instead, as a sentence.</param>
public sealed record PolicyError(int Line, int Column, string Message, string Remedy)
{
    /// <summary><c>line:column: message remedy</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line}:{Column}: {Message} {Remedy}");
}

/// <summary>Collects errors; beyond the most that anybody reads they are only counted.</summary>
internal sealed class PolicyErrors
{
    /// <summary>Most that are listed.</summary>
    public const int Most = 50;

    private const int MaxQuoted = 60;

    private readonly List<PolicyError> _errors = [];
    private int _more;

    public bool Any => _errors.Count > 0;

    public void Add(PolicyNode node, string message, string remedy) => Add(node.Region.StartLine, node.Region.StartColumn, message, remedy);

    public void Add(int line, int column, string message, string remedy)
    {
        if (_errors.Count < Most) _errors.Add(new PolicyError(line, column, message, remedy));
        else _more++;
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<PolicyError> ToList()
    {
        var sorted = _errors.OrderBy(e => e.Line).ThenBy(e => e.Column).ToList();
        if (_more > 0) sorted.Add(new PolicyError(sorted[^1].Line, sorted[^1].Column, $"There are {_more} more errors.", "Mend those above first."));
        return sorted;
    }

    /// <summary>A part of the file in quotes, short and on one line.</summary>
    public static string Quote(string text)
    {
        var shown = string.Concat(text.Take(MaxQuoted).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > MaxQuoted ? $"'{shown}…'" : $"'{shown}'";
    }
}
