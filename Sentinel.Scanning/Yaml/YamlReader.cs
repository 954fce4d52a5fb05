using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sentinel.Scanning.Yaml;

/// <summary>
/// Reads YAML that may be hostile. Size, depth and the number of nodes are bounded, and an alias costs as many nodes as what it
/// stands for: a document that would grow a thousandfold (https://en.wikipedia.org/wiki/Billion_laughs_attack) is refused while
/// it is read, before anything walks over it.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>Longest text that is read, in UTF-16 units. GitHub itself refuses workflows over 500 KiB.</summary>
    public const int MaxChars = 1024 * 1024;

    /// <summary>Deepest nesting, aliases followed.</summary>
    public const int MaxDepth = 64;

    /// <summary>Most nodes, aliases followed.</summary>
    public const int MaxNodes = 100_000;

    private readonly string _text;
    private readonly Stack<Frame> _open = new();
    private readonly Dictionary<AnchorName, Node> _anchors = [];
    private int _nodes;
    private Node? _root;

    private YamlReader(string text) => _text = text;

    /// <summary>The root of the first document; null when there is none.</summary>
    /// <exception cref="AnalysisException">Not YAML, or beyond the limits.</exception>
    public static YamlValue? Read(string text, CancellationToken cancellationToken)
    {
        if (text.Length > MaxChars) throw new AnalysisException("YAML larger than 1 MiB is not analysed");
        try
        {
            return new YamlReader(text).ReadDocument(cancellationToken);
        }
        catch (YamlException ex)
        {
            throw new AnalysisException($"not valid YAML (line {ex.Start.Line})");
        }
        catch (Exception ex) when (ex is ArgumentException or InvalidOperationException)
        {
            // Two more answers of the parser: to an escape that names no character, and to a plain text that ends a flow collection.
            throw new AnalysisException("not valid YAML");
        }
    }

    private YamlValue? ReadDocument(CancellationToken cancellationToken)
    {
        var parser = new Parser(new StringReader(_text));
        for (var events = 0; parser.MoveNext(); events++)
        {
            if (events % 1024 == 0) cancellationToken.ThrowIfCancellationRequested();
            Take(parser.Current!);
            // One workflow or action is one document; what follows is not looked at by anybody.
            if (_root is not null) break;
        }
        return _root?.Value;
    }

    private void Take(ParsingEvent current)
    {
        switch (current)
        {
            case Scalar scalar:
                var text = new YamlText(TextSpan.Between(IndexOf(scalar.Start), IndexOf(scalar.End)), scalar.Value, StyleOf(scalar.Style), _text);
                Add(new Node(text, Nodes: 1, Height: 0), scalar.Anchor, cost: 1);
                break;
            case AnchorAlias alias:
                if (!_anchors.TryGetValue(alias.Value, out var target))
                    throw new AnalysisException($"YAML alias without an anchor before it (line {alias.Start.Line})");
                Add(target, AnchorName.Empty, target.Nodes);
                break;
            case MappingStart or SequenceStart:
                if (_open.Count >= MaxDepth) throw TooMuch();
                _open.Push(new Frame(IndexOf(current.Start), ((NodeEvent)current).Anchor, current is MappingStart));
                break;
            case MappingEnd or SequenceEnd:
                var frame = _open.Pop();
                Add(frame.Close(IndexOf(current.Start)), frame.Anchor, cost: 1);
                break;
        }
    }

    private void Add(Node node, AnchorName anchor, int cost)
    {
        _nodes += cost;
        if (_nodes > MaxNodes || _open.Count + node.Height > MaxDepth) throw TooMuch();
        if (!anchor.IsEmpty) _anchors[anchor] = node;
        if (_open.TryPeek(out var parent)) parent.Add(node);
        else _root = node;
    }

    private static AnalysisException TooMuch() => new("YAML nested or repeated beyond the limits is not analysed");

    private int IndexOf(in Mark mark) => (int)Math.Clamp(mark.Index, 0, _text.Length);

    private static YamlStyle StyleOf(ScalarStyle style) => style switch
    {
        ScalarStyle.SingleQuoted => YamlStyle.SingleQuoted,
        ScalarStyle.DoubleQuoted => YamlStyle.DoubleQuoted,
        ScalarStyle.Literal => YamlStyle.Literal,
        ScalarStyle.Folded => YamlStyle.Folded,
        _ => YamlStyle.Plain,
    };

    // A finished node with the number of nodes that walking it visits and the number of levels below it.
    private sealed record Node(YamlValue Value, int Nodes, int Height);

    // A collection that is still being read.
    private sealed class Frame(int start, AnchorName anchor, bool isMap)
    {
        private readonly List<YamlValue> _items = [];
        private readonly List<YamlEntry> _entries = [];
        private YamlValue? _key;
        private int _nodes = 1;
        private int _height;

        public AnchorName Anchor { get; } = anchor;

        public void Add(Node child)
        {
            // Each child is at most the reader's limit and their sum was checked before, so this cannot overflow.
            _nodes += child.Nodes;
            _height = Math.Max(_height, child.Height + 1);
            if (!isMap)
            {
                _items.Add(child.Value);
            }
            else if (_key is null)
            {
                _key = child.Value;
            }
            else
            {
                if (_key is YamlText key) _entries.Add(new YamlEntry(key, child.Value));
                _key = null;
            }
        }

        public Node Close(int end)
        {
            var span = TextSpan.Between(start, end);
            return new Node(isMap ? new YamlMap(span, _entries) : new YamlList(span, _items), _nodes, _height);
        }
    }
}
