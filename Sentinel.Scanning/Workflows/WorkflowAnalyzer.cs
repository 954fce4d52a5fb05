using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Identity;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Workflows.Rules;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows;

/// <summary>Finds dangerous GitHub Actions workflows and composite actions.</summary>
public sealed class WorkflowAnalyzer : IFixingAnalyzer
{
    /// <summary>The analyzer's id.</summary>
    public const string Id = "workflows/github-actions";

    private const int SnippetLines = 3;

    private static readonly IWorkflowRule[] Table =
    [
        new BotCondition(),
        new ContainerCredentials(),
        new ExcessivePermissions(),
        new GitHubEnvInjection(),
        new InsecureCommands(),
        new MissingPermissions(),
        new PersistedCredentials(),
        new SecretsExposed(),
        new SecretsInherit(),
        new SelfHostedRunner(),
        new TemplateInjection(),
        new UnpinnedUses(),
        new UntrustedCheckout(),
    ];

    /// <inheritdoc/>
    public PluginDescriptor Descriptor { get; } = new(Id, 4, "Dangerous GitHub Actions workflows");

    /// <inheritdoc/>
    public IReadOnlyList<RuleDescriptor> Rules { get; } = [.. Table.Select(r => r.Descriptor)];

    /// <inheritdoc/>
    public bool Accepts(FileEntry file)
    {
        if (file.Name is "action.yml" or "action.yaml") return true;
        return (file.Path.StartsWith(".github/workflows/", StringComparison.Ordinal) || file.Path.Contains("/.github/workflows/", StringComparison.Ordinal))
            && (file.Path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || file.Path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public string PathClass(string path) => "";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Finding>> AnalyzeAsync(SourceFile file, AnalysisContext context, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        if (WorkflowDocument.Parse(file.Text, cancellationToken) is { } workflow)
        {
            foreach (var rule in Table)
            {
                foreach (var match in rule.Check(workflow))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    findings.Add(ToFinding(file, rule.Descriptor, match, context.Actions, cancellationToken));
                }
            }
        }
        return ValueTask.FromResult<IReadOnlyList<Finding>>(findings);
    }

    // Jobs and steps are those that were there: a fix changes what a step does, and takes none away.
    bool IFixingAnalyzer.IsSound(SourceFile before, SourceFile after, CancellationToken cancellationToken) =>
        WorkflowDocument.Parse(before.Text, cancellationToken) is { } old && WorkflowDocument.Parse(after.Text, cancellationToken) is { } now && old.IsAction == now.IsAction
        && old.Jobs.Select(j => j.Id).SequenceEqual(now.Jobs.Select(j => j.Id), StringComparer.Ordinal)
        && old.Steps.Select(s => s.Label).SequenceEqual(now.Steps.Select(s => s.Label), StringComparer.Ordinal)
        && RepeatedKeys(now) <= RepeatedKeys(old);

    // GitHub refuses a workflow for them.
    private static int RepeatedKeys(WorkflowDocument workflow) => workflow.Root.All().OfType<YamlMap>()
        .Sum(map => map.Entries.Count - map.Entries.Select(e => e.Key.Value).Distinct(StringComparer.OrdinalIgnoreCase).Count());

    private static Finding ToFinding(SourceFile file, RuleDescriptor rule, WorkflowMatch match, IActionTags? actions, CancellationToken cancellationToken)
    {
        // A mapping or a block ends after its last line; its first line is enough to point at.
        var span = match.Span.FirstLine(file.Text).Trim(file.Text);
        var region = file.RegionOf(span.Start, span.Length);
        return new Finding
        {
            RuleId = rule.Id,
            AnalyzerId = Id,
            Category = rule.Category,
            Severity = match.Severity ?? rule.Severity,
            Confidence = match.Confidence ?? rule.Confidence,
            Cwe = rule.Cwe,
            Title = rule.Title,
            Message = match.Message,
            Location = new Location(file.Path, region),
            FingerprintHash = CodeFingerprint.Of(rule.Id, match.Tokens, match.Scope),
            Snippet = SecretMask.Snippet(file, region, SnippetLines, out var startLine, cancellationToken),
            SnippetStartLine = startLine,
            FixIsOfTheMoment = match is { Fix: null, Pin: not null },
            Propose = match.Fix is { } make ? new FixSource(make) : match.Pin is { } pin && actions is not null ? new FixSource(token => pin(actions, token)) : null,
        };
    }
}
