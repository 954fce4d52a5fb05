using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Identity;
using Sentinel.Scanning.Infrastructure.Dockerfile.Rules;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Scanning.Infrastructure.Dockerfile;

/// <summary>Finds misconfigured container images in Dockerfiles.</summary>
public sealed class DockerfileAnalyzer : IFixingAnalyzer
{
    /// <summary>The analyzer's id.</summary>
    public const string Id = "infrastructure/dockerfile";

    private const int MaxBytes = 1024 * 1024;
    private const int SnippetLines = 3;

    private static readonly IDockerfileRule[] Table =
    [
        new CopiedCredential(),
        new DisabledVerification(),
        new ExposedSsh(),
        new PipedInstaller(),
        new RemoteAdd(),
        new RootUser(),
        new SecretInBuild(),
        new Sudo(),
        new UnpinnedImage(),
        new WorldWritable(),
    ];

    /// <inheritdoc/>
    public PluginDescriptor Descriptor { get; } = new(Id, 2, "Misconfigured container images in Dockerfiles");

    /// <inheritdoc/>
    public IReadOnlyList<RuleDescriptor> Rules { get; } = [.. Table.Select(r => r.Descriptor)];

    /// <inheritdoc/>
    public bool Accepts(FileEntry file)
    {
        var name = file.Name;
        return name.Equals("Dockerfile", StringComparison.OrdinalIgnoreCase) || name.Equals("Containerfile", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".dockerfile", StringComparison.OrdinalIgnoreCase)
            || (name.StartsWith("Dockerfile.", StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".dockerignore", StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public string PathClass(string path) => "";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Finding>> AnalyzeAsync(SourceFile file, AnalysisContext context, CancellationToken cancellationToken)
    {
        if (file.Content.Length > MaxBytes) throw new AnalysisException("a Dockerfile larger than 1 MiB is not analysed");

        var document = DockerfileDocument.Parse(file.Text);
        var findings = new List<Finding>();
        foreach (var rule in Table)
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.AddRange(rule.Check(document).Select(match => ToFinding(file, rule.Descriptor, match, cancellationToken)));
        }
        return ValueTask.FromResult<IReadOnlyList<Finding>>(findings);
    }

    // Stages stay; of instructions only ports are taken away.
    bool IFixingAnalyzer.IsSound(SourceFile before, SourceFile after, CancellationToken cancellationToken)
    {
        var (old, now) = (DockerfileDocument.Parse(before.Text).Stages, DockerfileDocument.Parse(after.Text).Stages);
        return old.Select(s => (s.Name, s.Image)).SequenceEqual(now.Select(s => (s.Name, s.Image))) && Keywords(old).SequenceEqual(Keywords(now), StringComparer.Ordinal);

        static IEnumerable<string> Keywords(IReadOnlyList<DockerStage> stages) => stages.SelectMany(s => s.Instructions).Select(i => i.Keyword).Where(k => k != "EXPOSE");
    }

    private static Finding ToFinding(SourceFile file, RuleDescriptor rule, DockerMatch match, CancellationToken cancellationToken)
    {
        var region = file.RegionOf(match.Start, Math.Min(match.Length, file.Text.Length - match.Start));
        return new Finding
        {
            RuleId = rule.Id,
            AnalyzerId = Id,
            Category = rule.Category,
            Severity = rule.Severity,
            Confidence = rule.Confidence,
            Cwe = rule.Cwe,
            Title = rule.Title,
            Message = match.Message,
            Location = new Location(file.Path, region),
            FingerprintHash = CodeFingerprint.Of(rule.Id, match.Tokens, match.Stage.Name),
            Snippet = SecretMask.Snippet(file, region, SnippetLines, out var startLine, cancellationToken),
            SnippetStartLine = startLine,
            Propose = match.Fix is { } make ? new FixSource(make) : null,
        };
    }
}
