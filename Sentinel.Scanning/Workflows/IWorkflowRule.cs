using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Workflows;

/// <summary>A defect at a node of a workflow.</summary>
/// <param name="Node">What is wrong.</param>
/// <param name="Part">A text inside the node to point at; null for the node's first line.</param>
/// <param name="Tokens">The code that makes the defect, for its identity.</param>
/// <param name="Scope">Job and step.</param>
internal sealed record WorkflowMatch(YamlNode Node, string? Part, string Message, string Tokens, params string[] Scope)
{
    /// <summary>Another severity than the rule's own, where the rule knows better.</summary>
    public Severity? Severity { get; init; }
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
        $"on: {on}\n{permissions}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n{string.Join('\n', jobBody.Split('\n').Select(l => "    " + l))}\n";
}
