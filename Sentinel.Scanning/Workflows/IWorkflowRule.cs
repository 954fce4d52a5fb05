using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Workflows.Expressions;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows;

/// <summary>A defect at a place of a workflow.</summary>
/// <param name="Span">What is wrong.</param>
/// <param name="Message">One sentence; never holds a secret.</param>
/// <param name="Tokens">The code that makes the defect, for its identity.</param>
/// <param name="Scope">Job and step.</param>
internal sealed record WorkflowMatch(TextSpan Span, string Message, string Tokens, params string[] Scope)
{
    /// <summary>Another severity than the rule's own, where the rule knows better.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Another confidence than the rule's own, where the rule knows better.</summary>
    public Confidence? Confidence { get; init; }

    /// <summary>Makes a change that may mend it, or none; null where the rule knows of no change.</summary>
    public Func<FixProposal?>? Fix { get; init; }

    /// <summary>Makes a change that names commits of actions, or none; null where the rule knows of none.</summary>
    public Func<IActionTags, CancellationToken, ValueTask<FixProposal?>>? Pin { get; init; }

    /// <summary>A defect in a step, at a node.</summary>
    public static WorkflowMatch At(YamlValue node, WorkflowStep step, string message, string tokens) => At(node.Span, step, message, tokens);

    /// <summary>A defect in a step, at an expression.</summary>
    public static WorkflowMatch At(FoundExpression expression, WorkflowStep step, string message) => At(expression.Span, step, message, expression.Text);

    /// <summary>A defect in a step, at a part of a node.</summary>
    public static WorkflowMatch At(TextSpan span, WorkflowStep step, string message, string tokens) => new(span, message, tokens, step.Job.Id, step.Label);
}

/// <summary>One rule over a workflow.</summary>
internal interface IWorkflowRule
{
    RuleDescriptor Descriptor { get; }

    IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow);
}

/// <summary>What workflow rules share.</summary>
internal static class WorkflowRule
{
    public static RuleDescriptor Describe(
        string id, string title, Severity severity, Confidence confidence, int cwe, string description, string remediation, string[] references,
        string[] examples, string[] negativeExamples) => new()
        {
            Id = id,
            Title = title,
            Category = FindingCategory.Workflow,
            AnalyzerId = WorkflowAnalyzer.Id,
            Severity = severity,
            Confidence = confidence,
            Cwe = cwe,
            Description = description,
            Remediation = remediation,
            References = references,
            Examples = examples,
            NegativeExamples = negativeExamples,
        };

    /// <summary>A minimal workflow around a job's body, for examples.</summary>
    public static string Workflow(string on, string jobBody, string permissions = "permissions: {}") =>
        $"on: {on}\n{permissions}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n{Indent(jobBody, 4)}\n";

    /// <summary>A composite action around a list of steps, for examples.</summary>
    public static string Action(string steps) => $"name: example\nruns:\n  using: composite\n  steps:\n{Indent(steps, 4)}\n";

    private static string Indent(string text, int columns) => string.Join('\n', text.Split('\n').Select(l => new string(' ', columns) + l));
}
