using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Infrastructure.Dockerfile;

/// <summary>What Dockerfile rules share.</summary>
internal static class DockerRule
{
    public static RuleDescriptor Describe(
        string id, string title, Severity severity, Confidence confidence, int cwe, string description, string remediation, string[] references,
        string[] examples, string[] negativeExamples) => new()
        {
            Id = id,
            Title = title,
            Category = FindingCategory.Infrastructure,
            AnalyzerId = DockerfileAnalyzer.Id,
            Severity = severity,
            Confidence = confidence,
            Cwe = cwe,
            Description = description,
            Remediation = remediation,
            References = references,
            Examples = examples,
            NegativeExamples = negativeExamples,
        };

    /// <summary>Every match of a pattern in the arguments of instructions of one kind.</summary>
    public static IEnumerable<DockerMatch> Search(DockerfileDocument document, string keyword, Regex pattern, string message) =>
        from stage in document.Stages
        from instruction in stage.Instructions
        where instruction.Keyword == keyword
        from Match match in pattern.Matches(instruction.Arguments)
        let start = instruction.ArgumentsStart + match.Index + (match.Length - match.Value.TrimStart().Length)
        select new DockerMatch(stage, start, match.Value.Trim().Length, message, match.Value);
}
