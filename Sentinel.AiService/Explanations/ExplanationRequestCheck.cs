using System.Text.RegularExpressions;
using Sentinel.Contracts.Ai;

namespace Sentinel.AiService.Explanations;

/// <summary>Bounds of a request. All faults are reported together.</summary>
internal static partial class ExplanationRequestCheck
{
    public const int MaxBodyBytes = 512 * 1024;

    private const int MaxSnippetLength = 64 * 1024;
    private const int MaxTextLength = 8 * 1024;
    private const int MaxPathLength = 4 * 1024;
    private const int MaxTitleLength = 500;

    public static Dictionary<string, string[]> FaultsOf(ExplanationRequest request)
    {
        var faults = new Dictionary<string, string[]>();
        Check("findingId", request.FindingId != Guid.Empty, "is missing");
        Check("repositoryId", request.RepositoryId != Guid.Empty, "is missing");
        Check("ruleId", request.RuleId is not null && RuleId().IsMatch(request.RuleId), "is not a rule id: 1 to 300 letters, digits and . / _ : @ + -");
        Text("ruleTitle", request.RuleTitle, MaxTitleLength);
        Text("message", request.Message, MaxTextLength);
        Text("path", request.Path, MaxPathLength);
        Text("snippet", request.Snippet, MaxSnippetLength);
        Text("guidance.description", request.Guidance?.Description, MaxTextLength);
        Text("guidance.remediation", request.Guidance?.Remediation, MaxTextLength);
        Check("category", Enum.IsDefined(request.Category), "is not known");
        Check("severity", Enum.IsDefined(request.Severity), "is not known");
        Check("confidence", Enum.IsDefined(request.Confidence), "is not known");
        Check("startLine", request.StartLine >= 1, "is not 1 or more");
        Check("endLine", request.EndLine >= request.StartLine, "is less than startLine");
        Check("snippetStartLine", request.SnippetStartLine >= 1, "is not 1 or more");
        return faults;

        void Check(string name, bool holds, string fault)
        {
            if (!holds) faults[name] = [$"{name} {fault}."];
        }

        void Text(string name, string? text, int maxLength) => Check(name, text is not null && text.Length <= maxLength, $"is missing or has more than {maxLength} characters");
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9./_:@+-]{0,299}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RuleId();
}
