using Sentinel.Scanning.Infrastructure.Dockerfile;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Workflows;

namespace Sentinel.Scanning;

/// <summary>The visible table of everything that scans.</summary>
public static class ScannerRegistration
{
    /// <summary>All file analyzers, one instance each, with the rules that come with Sentinel.</summary>
    public static IReadOnlyList<IFileAnalyzer> Analyzers { get; } = With(SecretRuleSet.BuiltIn);

    /// <summary>All file analyzers, with a user's rules for secrets.</summary>
    public static IReadOnlyList<IFileAnalyzer> With(SecretRuleSet secrets) =>
    [
        new DockerfileAnalyzer(),
        new SecretAnalyzer(secrets),
        new WorkflowAnalyzer(),
    ];
}
