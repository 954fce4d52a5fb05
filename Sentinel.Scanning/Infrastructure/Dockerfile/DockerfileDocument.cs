using System.Text;
using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Infrastructure.Dockerfile;

/// <summary>One instruction.</summary>
/// <param name="Keyword">Upper case.</param>
/// <param name="Start">Index in the file's text at which the instruction begins.</param>
/// <param name="Arguments">What follows the keyword; continuations and comments inside are blanked, so that every character keeps its place.</param>
/// <param name="ArgumentsStart">Index in the file's text at which <paramref name="Arguments"/> begins.</param>
internal sealed record DockerInstruction(string Keyword, int Start, string Arguments, int ArgumentsStart);

/// <summary>A build stage.</summary>
/// <param name="Name">As named by AS, or its number.</param>
/// <param name="Image">With arguments' defaults filled in; null when an argument has no default.</param>
internal sealed record DockerStage(string Name, DockerInstruction From, string? Image, IReadOnlyList<DockerInstruction> Instructions)
{
    /// <summary>Whether the image is an earlier stage of this file.</summary>
    public bool IsBasedOnStage { get; init; }
}

/// <summary>A parsed Dockerfile: https://docs.docker.com/reference/dockerfile/.</summary>
internal sealed partial class DockerfileDocument
{
    private const int MaxInstructions = 5000;

    private DockerfileDocument(string source, IReadOnlyList<DockerStage> stages) => (Source, Stages) = (source, stages);

    /// <summary>The text it was read from.</summary>
    public string Source { get; }

    public IReadOnlyList<DockerStage> Stages { get; }

    public static DockerfileDocument Parse(string text)
    {
        var instructions = ReadInstructions(text);
        var arguments = new Dictionary<string, string?>(StringComparer.Ordinal);
        var stages = new List<DockerStage>();
        List<DockerInstruction>? current = null;
        foreach (var instruction in instructions)
        {
            if (instruction.Keyword == "FROM")
            {
                current = [];
                stages.Add(ReadStage(instruction, stages, arguments, current));
            }
            else if (current is not null)
            {
                current.Add(instruction);
            }
            else if (instruction.Keyword == "ARG")
            {
                foreach (var (name, value) in Assignments(instruction)) arguments[name] = value;
            }
        }
        return new DockerfileDocument(text, stages);
    }

    /// <summary>The name and value pairs of ARG or ENV; a value is null when there is none.</summary>
    public static IEnumerable<(string Name, string? Value)> Assignments(DockerInstruction instruction)
    {
        var matches = Assignment().Matches(instruction.Arguments);
        if (instruction.Keyword == "ENV" && !instruction.Arguments.Contains('=', StringComparison.Ordinal))
        {
            // ENV key value
            var parts = instruction.Arguments.Trim().Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return parts.Length == 2 ? [(parts[0], parts[1])] : [];
        }
        return matches.Select(m => (m.Groups[1].Value, m.Groups[2].Success ? m.Groups[2].Value.Trim('"', '\'') : null));
    }

    private static DockerStage ReadStage(
        DockerInstruction from, List<DockerStage> stages, Dictionary<string, string?> arguments, List<DockerInstruction> instructions)
    {
        var words = from.Arguments.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(w => !w.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var name = words is [_, var @as, var alias, ..] && @as.Equals("as", StringComparison.OrdinalIgnoreCase) ? alias : stages.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var image = words.Length > 0 ? Expand(words[0], arguments) : null;
        return new DockerStage(name, from, image, instructions)
        {
            IsBasedOnStage = image is not null && stages.Any(s => s.Name.Equals(image, StringComparison.OrdinalIgnoreCase)),
        };
    }

    private static string? Expand(string word, Dictionary<string, string?> arguments)
    {
        var unknown = false;
        var expanded = Variable().Replace(word, match =>
        {
            var name = match.Groups[1].Success ? match.Groups[1].Value : match.Groups[3].Value;
            if (arguments.TryGetValue(name, out var value) && !string.IsNullOrEmpty(value)) return value;
            if (match.Groups[2].Success) return match.Groups[2].Value;
            unknown = true;
            return "";
        });
        return unknown ? null : expanded;
    }

    private static List<DockerInstruction> ReadInstructions(string text)
    {
        var escape = Directive().Match(text) is { Success: true } directive ? directive.Groups[1].Value[0] : '\\';
        var instructions = new List<DockerInstruction>();
        var at = 0;
        while (at < text.Length && instructions.Count < MaxInstructions)
        {
            var end = EndOfLine(text, at);
            var trimmed = text.AsSpan(at, end - at).TrimStart();
            if (trimmed.IsEmpty || trimmed[0] == '#')
            {
                at = end + 1;
                continue;
            }
            var start = end - trimmed.Length;
            var (body, next) = ReadBody(text, start, escape);
            var space = body.IndexOfAny([' ', '\t', '\n']);
            var keyword = (space < 0 ? body : body[..space]).ToUpperInvariant();
            var rest = space < 0 ? "" : body[space..];
            next = SkipHeredocs(text, rest, next, keyword, out var heredoc);
            instructions.Add(new DockerInstruction(keyword, start, rest + heredoc, start + (space < 0 ? body.Length : space)));
            at = next;
        }
        return instructions;
    }

    // The logical line, with the same length as its source: continuation characters and comment lines become blanks.
    private static (string Body, int Next) ReadBody(string text, int start, char escape)
    {
        var body = new StringBuilder();
        var at = start;
        while (at < text.Length)
        {
            var end = EndOfLine(text, at);
            var line = text.AsSpan(at, end - at);
            var isComment = at != start && line.TrimStart() is ['#', ..];
            var content = line.TrimEnd();
            var continues = isComment || (content.Length > 0 && content[^1] == escape);
            if (isComment) body.Append(' ', line.Length);
            else if (continues) body.Append(content[..^1]).Append(' ', line.Length - content.Length + 1);
            else body.Append(line);
            if (!continues && !(at != start && content.IsEmpty && end < text.Length)) return (body.ToString(), end + 1);
            body.Append('\n');
            at = end + 1;
        }
        return (body.ToString(), text.Length);
    }

    private static int SkipHeredocs(string text, string rest, int next, string keyword, out string heredoc)
    {
        heredoc = "";
        if (keyword is not ("RUN" or "COPY" or "ADD")) return next;
        foreach (Match match in Heredoc().Matches(rest))
        {
            var begin = next;
            var terminator = match.Groups[1].Value;
            while (next < text.Length)
            {
                var end = EndOfLine(text, next);
                var line = text.AsSpan(next, end - next).Trim();
                next = end + 1;
                if (line.SequenceEqual(terminator)) break;
            }
            if (keyword == "RUN") heredoc += "\n" + text[Math.Min(begin, text.Length)..Math.Min(next, text.Length)];
        }
        return next;
    }

    private static int EndOfLine(string text, int at) => text.IndexOf('\n', at) is >= 0 and var end ? end : text.Length;

    [GeneratedRegex(@"\A(?:#[^\n]*\n)*?#[ \t]*escape[ \t]*=[ \t]*([\\`])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Directive();

    [GeneratedRegex(@"([A-Za-z_][A-Za-z0-9_]*)(?:=(""[^""\n]*""|'[^'\n]*'|[^\s]*))?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Variable();

    [GeneratedRegex(@"<<-?[""']?([A-Za-z_][A-Za-z0-9_]*)[""']?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Heredoc();
}
