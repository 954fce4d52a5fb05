using Sentinel.Contracts.Ai;
using Sentinel.Contracts.Findings;

namespace Sentinel.Tests.AiService;

/// <summary>Requests to explain a finding.</summary>
internal static class Questions
{
    public const string Path = ".github/workflows/greet.yml";

    public static string Workflow { get; } = """
        on: issues
        jobs:
          greet:
            runs-on: ubuntu-latest
            steps:
              - run: echo "Hello ${{ github.event.issue.title }}"
              - run: make all
        """.ReplaceLineEndings("\n");

    /// <summary>The finding stands in line 15, the sixth of the snippet.</summary>
    public static ExplanationRequest Injection { get; } = new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "script-injection", "Script injection from event text", FindingCategory.Workflow, Severity.High, Confidence.High,
        94, "Text of the event is put into a shell script.", Path, 15, 15, Workflow, 10,
        new RuleGuidance("Whoever opens an issue can run commands.", "Pass the text through an environment variable.", ["https://docs.github.com/actions"]));

    public static ExplanationRequest With(string snippet, int line = 1) =>
        Injection with { Snippet = snippet, SnippetStartLine = 1, StartLine = line, EndLine = line };
}
