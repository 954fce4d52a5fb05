using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Contracts.Ai;

namespace Sentinel.AiService.Explanations;

/// <summary>The question for one finding, made of a request that is redacted already.</summary>
internal static class ExplanationPrompt
{
    /// <summary>A line that nobody outside can foresee, so that no text can end the data before its end.</summary>
    public static string NewFence() => $"=====DATA-{RandomNumberGenerator.GetHexString(32, lowercase: true)}=====";

    public static string Of(ExplanationRequest request, QuotableCode code, string fence) => PromptFiles.Fill(PromptFiles.Question, new Dictionary<string, string>
    {
        ["rule"] = request.RuleId,
        ["category"] = request.Category.ToString(),
        ["severity"] = request.Severity.ToString(),
        ["confidence"] = request.Confidence.ToString(),
        ["cwe"] = request.Cwe is { } cwe ? $"CWE-{cwe.ToString(CultureInfo.InvariantCulture)}" : "none named",
        ["startLine"] = request.StartLine.ToString(CultureInfo.InvariantCulture),
        ["endLine"] = request.EndLine.ToString(CultureInfo.InvariantCulture),
        ["fence"] = fence,
        ["title"] = OneLine(request.RuleTitle),
        ["message"] = OneLine(request.Message),
        ["description"] = OneLine(request.Guidance.Description),
        ["remediation"] = OneLine(request.Guidance.Remediation),
        ["path"] = OneLine(request.Path),
        ["code"] = Numbered(code),
    });

    private static string Numbered(QuotableCode code)
    {
        if (code.Lines.Count == 0) return "(no code could be kept)";

        var text = new StringBuilder();
        for (var i = 0; i < code.Lines.Count; i++)
        {
            if (i > 0) text.Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"{code.StartLine + i,6}| {code.Lines[i]}");
        }
        return text.ToString();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
