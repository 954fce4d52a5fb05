using Sentinel.Scanning.Workflows.Expressions;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>All secrets at once are given to a step.</summary>
internal sealed class SecretsExposed : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "secrets-exposed", "All secrets are given to a step", Severity.High, Confidence.High, 200,
        "toJSON(secrets) puts every secret of the repository and organisation into one value. Masking does not recognise them inside it reliably, and the step needs one or two of them.",
        "Name the secret that the step needs: ${{ secrets.NAME }}.",
        ["https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information"],
        [WorkflowRule.Workflow("push", "steps:\n  - env:\n      ALL: ${{ toJSON(secrets) }}\n    run: ./deploy")],
        [WorkflowRule.Workflow("push", "steps:\n  - env:\n      ONE: ${{ secrets.DEPLOY_TOKEN }}\n      CTX: ${{ toJSON(github.event) }}\n    run: ./deploy")]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow)
    {
        foreach (var step in workflow.Steps)
        {
            foreach (var match in Find(step.Node, step.Job.Id, step.Label)) yield return match;
        }
        // Outside of steps: env of the workflow or a job, inputs of a called workflow.
        foreach (var match in Find(workflow.Root.Get("env"), "workflow")) yield return match;
        foreach (var job in workflow.Jobs)
        {
            foreach (var match in Find(job.Node.Get("env"), job.Id).Concat(Find(job.Node.Get("with"), job.Id)).Concat(Find(job.Node.Get("secrets"), job.Id))) yield return match;
        }
    }

    private static IEnumerable<WorkflowMatch> Find(YamlValue? node, params string[] scope) =>
        from text in node?.Texts() ?? []
        from expression in ExpressionScanner.In(text)
        where expression.Tree?.All().Any(IsEverySecret) == true
        select new WorkflowMatch(expression.Span, "Every secret is put into one value.", expression.Text, scope);

    private static bool IsEverySecret(Expression expression) =>
        expression is Expression.Call { Function: "tojson" } call && call.Arguments.Any(a => a is Expression.Context { Path: "secrets" or "secrets.*" });
}
