using Sentinel.Scanning.Yaml;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Workflows;

/// <summary>A step of a job, or of a composite action.</summary>
/// <param name="Label">Its id or name, else what it uses, else its number: what it is called in an identity.</param>
internal sealed record WorkflowStep(WorkflowJob Job, YamlMappingNode Node, string Label)
{
    public YamlScalarNode? Uses => Node.Scalar("uses");

    public YamlScalarNode? Run => Node.Scalar("run");

    public YamlMappingNode? With => Node.Map("with");

    public YamlMappingNode? Env => Node.Map("env");

    /// <summary>The name of the used action without its version, lower case; null for a script.</summary>
    public string? Action => Uses?.Value?.Split('@')[0].ToLowerInvariant();
}

/// <summary>A job; a composite action is one job named <c>runs</c>.</summary>
internal sealed record WorkflowJob(string Id, YamlMappingNode Node, IReadOnlyList<WorkflowStep> Steps);

/// <summary>A GitHub Actions workflow or composite action: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax.</summary>
internal sealed class WorkflowDocument
{
    private WorkflowDocument(SourceFile file, YamlMappingNode root, bool isAction)
    {
        File = file;
        Root = root;
        IsAction = isAction;
        Triggers = isAction ? [] : ReadTriggers(root.Get("on") ?? root.Get("true"));
        Jobs = isAction ? [ReadJob("runs", root.Map("runs")!)] : [.. root.Map("jobs").Entries().Where(e => e.Value is YamlMappingNode).Select(e => ReadJob(e.Key.Value!, (YamlMappingNode)e.Value))];
    }

    public SourceFile File { get; }

    public YamlMappingNode Root { get; }

    public bool IsAction { get; }

    /// <summary>Names of the events that start the workflow.</summary>
    public IReadOnlySet<string> Triggers { get; }

    public IReadOnlyList<WorkflowJob> Jobs { get; }

    public IEnumerable<WorkflowStep> Steps => Jobs.SelectMany(j => j.Steps);

    /// <summary>Whether a stranger's pull request, comment or issue starts it with the repository's own rights.</summary>
    public bool RunsPrivilegedForStrangers => Triggers.Contains("pull_request_target") || Triggers.Contains("workflow_run") || Triggers.Contains("issue_comment");

    /// <summary>Null when the file is neither a workflow nor a composite action.</summary>
    /// <exception cref="AnalysisException">Not YAML, or beyond the limits.</exception>
    public static WorkflowDocument? Parse(SourceFile file)
    {
        if (BoundedYaml.Read(file.Text) is not [var root, ..]) return null;
        if (root.Map("jobs") is not null) return new WorkflowDocument(file, root, isAction: false);
        return root.Map("runs") is { } runs && runs.Text("using") == "composite" ? new WorkflowDocument(file, root, isAction: true) : null;
    }

    private static HashSet<string> ReadTriggers(YamlNode? on) => on switch
    {
        YamlScalarNode { Value: { } name } => [name],
        YamlSequenceNode names => [.. names.Children.OfType<YamlScalarNode>().Select(n => n.Value ?? "")],
        YamlMappingNode map => [.. map.Entries().Select(e => e.Key.Value ?? "")],
        _ => [],
    };

    private static WorkflowJob ReadJob(string id, YamlMappingNode node)
    {
        var steps = new List<WorkflowStep>();
        var job = new WorkflowJob(id, node, steps);
        if (node.Get("steps") is YamlSequenceNode list)
        {
            foreach (var step in list.Children.OfType<YamlMappingNode>())
                steps.Add(new WorkflowStep(job, step, step.Text("id") ?? step.Text("name") ?? step.Text("uses")?.Split('@')[0] ?? $"#{steps.Count}"));
        }
        return job;
    }
}
