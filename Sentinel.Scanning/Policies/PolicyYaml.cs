using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sentinel.Scanning.Policies;

/// <summary>
/// Reads the small part of YAML that a policy needs, and says where the rest of it stands: no anchors, aliases, tags, or second
/// documents, no key twice, so that what a reviewer sees is what holds. Events of the parser only: no reflection.
/// </summary>
internal sealed class PolicyYaml(PolicyErrors errors)
{
    /// <summary>Deepest nesting; a policy needs 4.</summary>
    public const int MaxDepth = 8;

    /// <summary>Most nodes.</summary>
    public const int MaxNodes = 10_000;

    private readonly Stack<Frame> _open = new();
    private Mark _last = new(0, 1, 1);
    private PolicyNode? _root;
    private int _nodes;

    /// <summary>The root, or null when the text has none or could not be read to its end; the errors then say why.</summary>
    public static PolicyNode? Read(string text, PolicyErrors errors, CancellationToken cancellationToken)
    {
        var reader = new PolicyYaml(errors);
        try
        {
            return reader.ReadDocument(text, cancellationToken);
        }
        catch (YamlException ex)
        {
            // The end of what the parser complains of is where it stumbled; it may begin lines before.
            errors.Add(Line(ex.End), Column(ex.End), "This is not valid YAML.", "Look at the indentation, the colons and the quotes of this line and the one before it.");
        }
        catch (Exception ex) when (ex is ArgumentException or InvalidOperationException)
        {
            // Two more answers of the parser: to an escape that names no character, and to a plain text that ends a flow collection.
            errors.Add(Line(reader._last), Column(reader._last), "After this place the file is not valid YAML.", "Look at the quotes and brackets that follow.");
        }
        return null;
    }

    private PolicyNode? ReadDocument(string text, CancellationToken cancellationToken)
    {
        var parser = new Parser(new StringReader(text));
        var documents = 0;
        while (parser.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var current = parser.Current!;
            _last = current.Start;
            if (current is DocumentStart && ++documents > 1)
            {
                errors.Add(Line(current.Start), Column(current.Start), "A second document begins here.", "Keep one document in the file.");
                return null;
            }
            if (!Take(current)) return null;
        }
        return _root;
    }

    // False when reading on makes no sense.
    private bool Take(ParsingEvent current)
    {
        if (current is NodeEvent node) Refuse(node);
        switch (current)
        {
            case Scalar scalar:
                return Add(new PolicyText(RegionOf(scalar.Start, scalar.End), scalar.Value, scalar.Style == ScalarStyle.Plain));
            case AnchorAlias alias:
                errors.Add(Line(alias.Start), Column(alias.Start), $"The alias {PolicyErrors.Quote("*" + alias.Value)} stands for text elsewhere.", "Write the text itself.");
                return Add(new PolicyText(RegionOf(alias.Start, alias.End), "", IsPlain: true));
            case MappingStart or SequenceStart:
                if (_open.Count >= MaxDepth) return TooMuch(current.Start, $"This is nested deeper than {MaxDepth} levels.");
                _open.Push(new Frame(current.Start, current is MappingStart));
                return true;
            case MappingEnd or SequenceEnd:
                return Add(_open.Pop().Close());
            default:
                return true;
        }
    }

    private void Refuse(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
            errors.Add(Line(node.Start), Column(node.Start), $"The anchor {PolicyErrors.Quote("&" + node.Anchor.Value)} is not allowed.", "Delete it.");
        if (!node.Tag.IsEmpty)
            errors.Add(Line(node.Start), Column(node.Start), $"The tag {PolicyErrors.Quote(node.Tag.IsNonSpecific ? "!" : node.Tag.Value)} is not allowed.", "Delete it.");
    }

    private bool Add(PolicyNode node)
    {
        if (++_nodes > MaxNodes) return TooMuch(_last, $"The file has more than {MaxNodes.ToString(CultureInfo.InvariantCulture)} values.");
        if (_open.TryPeek(out var parent)) parent.Add(node, errors);
        else _root = node;
        return true;
    }

    private bool TooMuch(in Mark mark, string message)
    {
        errors.Add(Line(mark), Column(mark), message, "Make it smaller; the rest was not read.");
        return false;
    }

    private static Region RegionOf(in Mark start, in Mark end) => new(Line(start), Column(start), Line(end), Column(end));

    private static int Line(in Mark mark) => (int)Math.Clamp(mark.Line, 1, int.MaxValue);

    private static int Column(in Mark mark) => (int)Math.Clamp(mark.Column, 1, int.MaxValue);

    // A collection that is still being read. It is shown by its first line: where it ends says nothing.
    private sealed class Frame(Mark start, bool isMap)
    {
        private readonly List<PolicyNode> _items = [];
        private readonly List<KeyValuePair<PolicyText, PolicyNode>> _entries = [];
        private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
        private PolicyNode? _key;

        public void Add(PolicyNode node, PolicyErrors errors)
        {
            if (!isMap)
            {
                _items.Add(node);
            }
            else if (_key is null)
            {
                _key = node;
            }
            else
            {
                Add(_key, node, errors);
                _key = null;
            }
        }

        public PolicyNode Close()
        {
            var region = RegionOf(start, start);
            return isMap ? new PolicyMap(region, _entries) : new PolicyList(region, _items);
        }

        private void Add(PolicyNode key, PolicyNode value, PolicyErrors errors)
        {
            if (key is not PolicyText text)
                errors.Add(key, $"A key cannot be {key.Kind}.", "Write a word before the colon.");
            else if (!_lines.TryAdd(text.Value, text.Region.StartLine))
                errors.Add(text, $"The key {PolicyErrors.Quote(text.Value)} stands on line {_lines[text.Value]} already.", "Keep one of the two.");
            else
                _entries.Add(KeyValuePair.Create(text, value));
        }
    }
}
