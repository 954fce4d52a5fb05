using System.Text.Json.Nodes;

namespace Sentinel.Deployment.Checking;

/// <summary>How bad it is when a rule is broken.</summary>
internal enum CheckLevel
{
    /// <summary>Worth knowing.</summary>
    Warning,

    /// <summary>Must not be deployed.</summary>
    Error,
}

/// <summary>One rule for deployments.</summary>
/// <param name="Id">Family letter and number, such as K5.</param>
/// <param name="Demand">What must hold, in a sentence.</param>
/// <param name="Reason">What happens otherwise.</param>
/// <param name="Source">Page of the standard or vendor that says so.</param>
/// <param name="Find">The places where it does not hold.</param>
/// <param name="ComparesTargets">Whether it looks at everything at once instead of at what belongs together.</param>
internal sealed record CheckRule(string Id, CheckLevel Level, string Demand, string Reason, string Source, Func<CheckedSet, IEnumerable<Breach>> Find, bool ComparesTargets = false);

/// <summary>A place where a rule does not hold.</summary>
/// <param name="Line">From 1.</param>
internal sealed record Breach(CheckedFile File, int Line, string Message)
{
    public static Breach At(CheckedFile file, JsonNode? node, string message) => new(file, file.LineOf(node), message);
}

/// <summary>Files that belong together: a folder's, or what one kustomization is made of.</summary>
internal sealed class CheckedSet(IReadOnlyList<CheckedFile> files)
{
    public IReadOnlyList<CheckedFile> Files => files;

    /// <summary>Documents of a kind with their files.</summary>
    public IEnumerable<(CheckedFile File, JsonObject Root)> Of(FileKind kind) => files.Where(f => f.Kind == kind).SelectMany(f => f.Documents.Select(d => (f, d)));

    /// <summary>Files of a kind that are no trees.</summary>
    public IEnumerable<CheckedFile> TextsOf(FileKind kind) => files.Where(f => f.Kind == kind);
}
