using Sentinel.Scanning.Identity;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Workflows.Rules;

namespace Sentinel.Scanning.Workflows;

/// <summary>Finds dangerous GitHub Actions workflows and composite actions.</summary>
public sealed class WorkflowAnalyzer : IFileAnalyzer
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
    public PluginDescriptor Descriptor { get; } = new(Id, 1, "Dangerous GitHub Actions workflows");

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
        if (WorkflowDocument.Parse(file) is { } workflow)
        {
            foreach (var rule in Table)
            {
                cancellationToken.ThrowIfCancellationRequested();
                findings.AddRange(rule.Check(workflow).Select(match => ToFinding(file, rule.Descriptor, match, cancellationToken)));
            }
        }
        return ValueTask.FromResult<IReadOnlyList<Finding>>(findings);
    }

    private static Finding ToFinding(SourceFile file, RuleDescriptor rule, WorkflowMatch match, CancellationToken cancellationToken)
    {
        var region = RegionOf(file, match);
        return new Finding
        {
            RuleId = rule.Id,
            AnalyzerId = Id,
            Category = rule.Category,
            Severity = match.Severity ?? rule.Severity,
            Confidence = rule.Confidence,
            Cwe = rule.Cwe,
            Title = rule.Title,
            Message = match.Message,
            Location = new Location(file.Path, region),
            FingerprintHash = CodeFingerprint.Of(rule.Id, match.Tokens, match.Scope),
            Snippet = SecretMask.Snippet(file, region, SnippetLines, out var startLine, cancellationToken),
            SnippetStartLine = startLine,
        };
    }

    private static Region RegionOf(SourceFile file, WorkflowMatch match)
    {
        var line = (int)Math.Clamp(match.Node.Start.Line, 1, file.LineCount);
        var start = Math.Min(file.LineStart(line) + (int)match.Node.Start.Column - 1, file.Text.Length);
        var lastLine = (int)Math.Clamp(match.Node.End.Line, line, file.LineCount);
        var end = Math.Clamp(file.LineStart(lastLine) + (int)match.Node.End.Column - 1, start, file.Text.Length);
        if (match.Part is { Length: > 0 } part && file.Text.IndexOf(part, start, end - start, StringComparison.Ordinal) is >= 0 and var found)
            return file.RegionOf(found, part.Length);
        // A mapping or a block ends after its last line; its first line is enough to point at.
        var firstLineEnd = file.LineStart(line) + file.Line(line).Length;
        return file.RegionOf(start, Math.Max(0, Math.Min(end, firstLineEnd) - start));
    }
}
