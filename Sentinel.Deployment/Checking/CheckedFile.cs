using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.Deployment.Manifests;
using YamlDotNet.Core;

namespace Sentinel.Deployment.Checking;

/// <summary>What a file describes.</summary>
internal enum FileKind
{
    /// <summary>Nothing that is checked.</summary>
    Other,
    Compose,
    Kubernetes,
    Render,
    CloudFormation,
    AzureDeveloper,
    AspireManifest,
    Dockerfile,
    DockerIgnore,
    Workflow,
    TrivyIgnore,
    FluentBit,
    SystemdUnit,
}

/// <summary>A file, read as far as it is safe: bounded in size and depth, never run.</summary>
internal sealed partial class CheckedFile
{
    /// <summary>Larger files are not read, in bytes.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private readonly Dictionary<JsonNode, int> _lines = new(ReferenceEqualityComparer.Instance);

    private CheckedFile(string path, string text)
    {
        Path = path;
        Text = text;
    }

    /// <summary>As given to the checker, with forward slashes.</summary>
    public string Path { get; }

    public string Text { get; }

    public FileKind Kind { get; private set; }

    public IReadOnlyList<JsonObject> Documents { get; private set; } = [];

    /// <summary>Why it could not be read; null when it could.</summary>
    public string? Fault { get; private set; }

    /// <summary>Line of a node, from 1; 1 where it is not known.</summary>
    public int LineOf(JsonNode? node)
    {
        for (; node is not null; node = node.Parent)
            if (_lines.TryGetValue(node, out var line)) return line;
        return 1;
    }

    /// <summary>Line of a place in the text, from 1.</summary>
    public int LineAt(int index) => Text.AsSpan(0, index).Count('\n') + 1;

    public static CheckedFile Parse(string path, string text)
    {
        var file = new CheckedFile(Normal(path), text.ReplaceLineEndings("\n"));
        var name = file.Path.Split('/')[^1];
        if (name.EndsWith(".dockerignore", StringComparison.Ordinal)) file.Kind = FileKind.DockerIgnore;
        else if (DockerfileName().IsMatch(name)) file.Kind = FileKind.Dockerfile;
        else if (name.EndsWith(".service", StringComparison.Ordinal)) file.Kind = FileKind.SystemdUnit;
        else if (name is ".trivyignore.yaml" or ".trivyignore.yml")
        {
            file.ReadYaml();
            file.Kind = FileKind.TrivyIgnore;
        }
        else if (name.EndsWith(".yaml", StringComparison.Ordinal) || name.EndsWith(".yml", StringComparison.Ordinal)) file.ReadYaml();
        else if (name.EndsWith(".json", StringComparison.Ordinal)) file.ReadJson();
        return file;
    }

    private static string Normal(string path) => string.Join('/', path.Replace('\\', '/').Split('/').Where(p => p != "."));

    private void ReadYaml()
    {
        // A template of Helm is no manifest until it is rendered.
        if (Text.Contains("{{", StringComparison.Ordinal) && HelmAction().IsMatch(Text)) return;
        try
        {
            Documents = ManifestYaml.Read(Text, _lines);
            Kind = KindOf(Documents is [var first, ..] ? first : null);
        }
        catch (YamlException fault)
        {
            Fault = $"it is no YAML that can be read: line {fault.Start.Line}: {fault.Message}";
        }
    }

    private void ReadJson()
    {
        try
        {
            if (JsonNode.Parse(Text, documentOptions: new JsonDocumentOptions { MaxDepth = ManifestYaml.MaxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) is JsonObject root) Documents = [root];
            Kind = KindOf(Documents is [var first, ..] ? first : null);
        }
        catch (JsonException fault)
        {
            Fault = $"it is no JSON that can be read: {fault.Message}";
        }
    }

    private static FileKind KindOf(JsonObject? root) => root switch
    {
        null => FileKind.Other,
        _ when root["apiVersion"] is not null && root["kind"] is not null => FileKind.Kubernetes,
        _ when root["Resources"] is JsonObject resources && resources.Any(r => r.Value?["Type"] is not null) => FileKind.CloudFormation,
        _ when root["jobs"] is JsonObject && (root["on"] is not null || root["true"] is not null) => FileKind.Workflow,
        _ when root["pipeline"] is JsonObject pipeline && pipeline["outputs"] is not null => FileKind.FluentBit,
        _ when root["resources"] is JsonObject resources && resources.Any(r => ((string?)(r.Value?["type"] as JsonValue))?.Contains(".v", StringComparison.Ordinal) == true) => FileKind.AspireManifest,
        _ when root["services"] is JsonArray || root["databases"] is JsonArray => FileKind.Render,
        _ when root["services"] is JsonObject services => services.Any(s => s.Value?["host"] is not null || s.Value?["project"] is not null) ? FileKind.AzureDeveloper : FileKind.Compose,
        _ => FileKind.Other,
    };

    [GeneratedRegex(@"^(.+\.)?Dockerfile(\..+)?$|^Containerfile$")]
    private static partial Regex DockerfileName();

    [GeneratedRegex(@"\{\{-?\s*(\.|include|if|with|range|template|end|toYaml|tpl|\$)")]
    private static partial Regex HelmAction();
}
