using Sentinel.Scanning.Infrastructure.Dockerfile;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Workflows;

namespace Sentinel.Scanning;

/// <summary>The visible table of everything that scans.</summary>
public static class ScannerRegistration
{
    /// <summary>All file analyzers, one instance each.</summary>
    public static IReadOnlyList<IFileAnalyzer> Analyzers { get; } =
    [
        new DockerfileAnalyzer(),
        new SecretAnalyzer(),
        new WorkflowAnalyzer(),
    ];
}
