using Sentinel.Scanning.Workflows.Expressions;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows;

/// <summary>Follows text that strangers write through <c>env</c>, outputs of jobs and outputs of well-known actions.</summary>
internal static class Taint
{
    // A value may go through a handful of names before it is used.
    private const int MaxHops = 5;

    /// <summary>The untrusted value that the expression's result can be, or null.</summary>
    public static string? Of(FoundExpression expression, WorkflowDocument workflow, WorkflowStep step) => Of(expression.Tree, workflow, step, MaxHops);

    private static string? Of(Expression? tree, WorkflowDocument workflow, WorkflowStep step, int hops)
    {
        if (tree is null) return null;
        if (UntrustedInput.In(tree) is { } direct) return direct;
        if (hops == 0) return null;
        foreach (var path in tree.Flows().Select(c => c.Path))
        {
            if (UntrustedOutputs.Contain(path, step.Job)) return path;
            var source = path.Split('.') switch
            {
                ["env", var name] => workflow.Variable(step, name),
                ["needs", var job, "outputs", var name] => Output(workflow, job, name),
                _ => null,
            };
            var origin = ExpressionScanner.In(source).Select(e => Of(e.Tree, workflow, StepOf(workflow, path) ?? step, hops - 1)).FirstOrDefault(o => o is not null);
            if (origin is not null) return origin;
        }
        return null;
    }

    private static YamlText? Output(WorkflowDocument workflow, string job, string name) =>
        (JobOf(workflow, job)?.Node.Get("outputs") as YamlMap)?.Entries.FirstOrDefault(e => e.Key.Value.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value as YamlText;

    // An output of another job is computed among that job's steps.
    private static WorkflowStep? StepOf(WorkflowDocument workflow, string path) =>
        path.Split('.') is ["needs", var job, ..] && JobOf(workflow, job)?.Steps is [var first, ..] ? first : null;

    private static WorkflowJob? JobOf(WorkflowDocument workflow, string id) => workflow.Jobs.FirstOrDefault(j => j.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
}
