using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows;

/// <summary>A GitHub Actions workflow or composite action: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax.</summary>
internal sealed class WorkflowDocument
{
    private WorkflowDocument(string source, YamlMap root, bool isAction)
    {
        Source = source;
        Root = root;
        IsAction = isAction;
        Triggers = isAction ? WorkflowTriggers.None : new WorkflowTriggers(root.Get("on"));
        Jobs = isAction
            ? [new WorkflowJob("runs", root.Map("runs")!)]
            : [.. root.Map("jobs")!.Entries.Where(e => e.Value is YamlMap).Select(e => new WorkflowJob(e.Key.Value, (YamlMap)e.Value))];
    }

    /// <summary>The text it was read from; spans of nodes are places in it.</summary>
    public string Source { get; }

    public YamlMap Root { get; }

    public bool IsAction { get; }

    public WorkflowTriggers Triggers { get; }

    /// <summary>A composite action is one job named <c>runs</c>.</summary>
    public IReadOnlyList<WorkflowJob> Jobs { get; }

    public IEnumerable<WorkflowStep> Steps => Jobs.SelectMany(j => j.Steps);

    /// <summary>Null when the file is neither a workflow nor a composite action.</summary>
    /// <exception cref="AnalysisException">Not YAML, or beyond the limits.</exception>
    public static WorkflowDocument? Parse(string text, CancellationToken cancellationToken)
    {
        if (YamlReader.Read(text, cancellationToken) is not YamlMap root) return null;
        if (root.Map("jobs") is not null) return new WorkflowDocument(text, root, isAction: false);
        return root.Map("runs").Text("using") == "composite" ? new WorkflowDocument(text, root, isAction: true) : null;
    }

    /// <summary>Whether a change of the step changes nothing else: an alias makes one text the step of several jobs.</summary>
    public bool IsWrittenOnce(WorkflowStep step) => Steps.Count(s => ReferenceEquals(s.Node, step.Node)) == 1;

    /// <summary>The <c>env</c> values that a step sees under a name, the closest first.</summary>
    public YamlText? Variable(WorkflowStep step, string name) =>
        Find(step.Env, name) ?? Find(step.Job.Node.Map("env"), name) ?? Find(Root.Map("env"), name);

    // Expressions name variables without regard to case.
    private static YamlText? Find(YamlMap? env, string name) =>
        env?.Entries.FirstOrDefault(e => e.Key.Value.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value as YamlText;
}

/// <summary>A job.</summary>
internal sealed class WorkflowJob
{
    public WorkflowJob(string id, YamlMap node)
    {
        Id = id;
        Node = node;
        Steps = node.Get("steps") is YamlList list ? [.. list.Items.OfType<YamlMap>().SelectMany(ReadSteps)] : [];
    }

    public string Id { get; }

    public YamlMap Node { get; }

    public IReadOnlyList<WorkflowStep> Steps { get; }

    /// <summary>The job's container and its services: name and what is written under it.</summary>
    public IEnumerable<(string Name, YamlValue Node)> Containers
    {
        get
        {
            if (Node.Get("container") is { } container) yield return ("container", container);
            foreach (var service in Node.Map("services")?.Entries ?? []) yield return (service.Key.Value, service.Value);
        }
    }

    // Steps under "parallel" are steps of the job too.
    private IEnumerable<WorkflowStep> ReadSteps(YamlMap node) =>
        node.Get("parallel") is YamlList group
            ? group.Items.OfType<YamlMap>().Select(inner => new WorkflowStep(this, inner))
            : [new WorkflowStep(this, node)];
}

/// <summary>A step of a job, or of a composite action.</summary>
internal sealed class WorkflowStep(WorkflowJob job, YamlMap node)
{
    public WorkflowJob Job { get; } = job;

    public YamlMap Node { get; } = node;

    /// <summary>
    /// Its id or name, else the action: what the step is called in an identity. Never its number, which changes with every step above it;
    /// nameless scripts are told apart by what was found in them.
    /// </summary>
    public string Label { get; } = node.Text("id") ?? node.Text("name") ?? node.Text("uses")?.Split('@')[0] ?? "run";

    public string? Id { get; } = node.Scalar("id")?.Value;

    public YamlText? Uses { get; } = node.Scalar("uses");

    public YamlText? Run { get; } = node.Scalar("run");

    public YamlMap? With { get; } = node.Map("with");

    public YamlMap? Env { get; } = node.Map("env");

    /// <summary>The used action without its version, lower case; null for a script.</summary>
    public string? Action { get; } = node.Text("uses")?.Split('@')[0].Trim().ToLowerInvariant();
}
