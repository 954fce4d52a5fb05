using System.Text.RegularExpressions;
using Sentinel.Scanning.Fixes;

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
    /// <param name="fix">Makes a change of what is given: its stage, its instruction and the matched text; null where there is none.</param>
    public static IEnumerable<DockerMatch> Search(
        DockerfileDocument document, string keyword, Regex pattern, string message, Func<DockerStage, DockerInstruction, TextSpan, FixProposal?>? fix = null) =>
        from stage in document.Stages
        from instruction in stage.Instructions
        where instruction.Keyword == keyword
        from Match match in pattern.Matches(instruction.Arguments)
        let span = new TextSpan(instruction.ArgumentsStart + match.Index + (match.Length - match.Value.TrimStart().Length), match.Value.Trim().Length)
        select new DockerMatch(stage, span.Start, span.Length, message, match.Value) { Fix = fix is null ? null : () => fix(stage, instruction, span) };

    /// <summary>The change of one text; null when nothing would change, and for a text with line breaks.</summary>
    public static FixProposal? Replace(DockerfileDocument document, TextSpan span, string summary, Func<string, string> change)
    {
        if (span.End > document.Source.Length) return null;
        var text = document.Source.Substring(span.Start, span.Length);
        var changed = change(text);
        return changed == text || text.Contains('\n', StringComparison.Ordinal) ? null : new FixProposal(summary, [new TextEdit(span, changed)]);
    }
}
