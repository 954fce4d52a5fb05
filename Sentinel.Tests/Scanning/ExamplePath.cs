using Sentinel.Scanning;

namespace Sentinel.Tests.Scanning;

/// <summary>The path at which a rule's examples are read.</summary>
internal static class ExamplePath
{
    public static string Of(RuleDescriptor rule) => rule.AnalyzerId switch
    {
        "workflows/github-actions" => ".github/workflows/example.yml",
        "infrastructure/dockerfile" => "Dockerfile",
        _ => "src/settings.txt",
    };
}
