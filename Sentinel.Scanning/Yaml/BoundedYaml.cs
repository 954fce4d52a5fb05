using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Yaml;

/// <summary>Reads YAML that may be hostile: depth, size and aliases are counted before anything recursive or expanding looks at it.</summary>
internal static class BoundedYaml
{
    private const int MaxChars = 1024 * 1024;
    private const int MaxDepth = 64;
    private const int MaxEvents = 200_000;
    private const int MaxAliases = 500;

    /// <summary>The root mappings of all documents.</summary>
    /// <exception cref="AnalysisException">Not YAML, or beyond the limits.</exception>
    public static IReadOnlyList<YamlMappingNode> Read(string text)
    {
        if (text.Length > MaxChars) throw new AnalysisException("YAML larger than 1 MiB is not analysed");
        try
        {
            Measure(text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return [.. stream.Documents.Select(d => d.RootNode).OfType<YamlMappingNode>()];
        }
        catch (YamlException ex)
        {
            throw new AnalysisException($"not valid YAML (line {ex.Start.Line})");
        }
    }

    private static void Measure(string text)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0, events = 0, aliases = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (parser.Current is AnchorAlias) aliases++;
            if (depth > MaxDepth || ++events > MaxEvents || aliases > MaxAliases)
                throw new AnalysisException("YAML nested or repeated beyond the limits is not analysed");
        }
    }
}
