namespace Sentinel.Scanning;

/// <summary>The path at which a rule's examples are read.</summary>
public static class ExamplePath
{
    /// <summary>With <c>/</c>; a place at which the rule's analyzer looks.</summary>
    public static string Of(RuleDescriptor rule) => rule.AnalyzerId switch
    {
        "workflows/github-actions" => ".github/workflows/example.yml",
        "infrastructure/dockerfile" => "Dockerfile",
        "policy/comparison" => ".sentinel.yml",
        _ => "src/settings.txt",
    };
}
