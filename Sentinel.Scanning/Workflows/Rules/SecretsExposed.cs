using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Sentinel.Scanning.Workflows.Rules;

/// <summary>All secrets at once are given to a step.</summary>
internal sealed partial class SecretsExposed : IWorkflowRule
{
    public RuleDescriptor Descriptor { get; } = WorkflowRule.Describe(
        "secrets-exposed", "All secrets are given to a step", Severity.High, Confidence.High, 200,
        "toJSON(secrets) puts every secret of the repository and organisation into one value. Masking does not recognise them inside it reliably, and the step needs one or two of them.",
        "Name the secret that the step needs: ${{ secrets.NAME }}.",
        ["https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information"],
        [WorkflowRule.Workflow("push", "steps:\n  - env:\n      ALL: ${{ toJSON(secrets) }}\n    run: ./deploy")],
        [WorkflowRule.Workflow("push", "steps:\n  - env:\n      ONE: ${{ secrets.DEPLOY_TOKEN }}\n      CTX: ${{ toJSON(github.event) }}\n    run: ./deploy")]);

    public IEnumerable<WorkflowMatch> Check(WorkflowDocument workflow) =>
        from step in workflow.Steps
        from scalar in step.Node.AllNodes.OfType<YamlScalarNode>()
        from expression in Expressions.In(scalar.Value ?? "")
        where Whole().IsMatch(expression.Inner)
        select new WorkflowMatch(scalar, scalar.Value!.Substring(expression.Index, expression.Length), "Every secret is put into one value.", expression.Inner, step.Job.Id, step.Label);

    [GeneratedRegex(@"(?i)\btoJSON\(\s*secrets\s*\)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Whole();
}
