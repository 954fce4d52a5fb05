using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sentinel.Contracts.Ai;

namespace Sentinel.AiService.Explanations;

/// <summary>
/// Names everything an explanation depends on: the question, and for a model's answer also who was asked and how. Findings with the
/// same content share an answer, whichever repository they stand in.
/// </summary>
internal static class ContentHash
{
    public static string Of(ExplanationRequest request, params ReadOnlySpan<string> asked)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in asked) Append(hash, part);
        Append(hash, request.RuleId);
        Append(hash, request.RuleTitle);
        Append(hash, request.Category.ToString());
        Append(hash, request.Severity.ToString());
        Append(hash, request.Confidence.ToString());
        Append(hash, request.Cwe?.ToString(CultureInfo.InvariantCulture) ?? "");
        Append(hash, request.Message);
        Append(hash, request.Path);
        Append(hash, $"{request.StartLine}-{request.EndLine}@{request.SnippetStartLine}");
        Append(hash, request.Snippet);
        Append(hash, request.Guidance.Description);
        Append(hash, request.Guidance.Remediation);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // With its length in front, so that two parts cannot be cut differently and be the same.
    private static void Append(IncrementalHash hash, string part)
    {
        var bytes = Encoding.UTF8.GetBytes(part);
        hash.AppendData(Encoding.ASCII.GetBytes($"{bytes.Length}:"));
        hash.AppendData(bytes);
    }
}
