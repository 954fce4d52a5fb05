using System.Globalization;
using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;

namespace Sentinel.Web.Model;

/// <summary>A definition as it is typed: lists are lines, numbers are text.</summary>
public sealed class CustomRuleForm
{
    public string Id { get; set; } = "custom-";

    public string Title { get; set; } = "";

    public Severity Severity { get; set; } = Severity.High;

    public Confidence Confidence { get; set; } = Confidence.High;

    /// <summary>Words between blanks, commas or line ends.</summary>
    public string Keywords { get; set; } = "";

    /// <summary>Whether <see cref="Expression"/> is a whole token near a keyword, and not a pattern.</summary>
    public bool IsValue { get; set; }

    public string Expression { get; set; } = "";

    public string MinEntropy { get; set; } = "";

    public string Remediation { get; set; } = "";

    /// <summary>One a line.</summary>
    public string Examples { get; set; } = "";

    /// <summary>One a line.</summary>
    public string NegativeExamples { get; set; } = "";

    public static CustomRuleForm From(CustomRuleDefinition definition) => new()
    {
        Id = definition.Id,
        Title = definition.Title,
        Severity = definition.Severity,
        Confidence = definition.Confidence,
        Keywords = string.Join(' ', definition.Keywords),
        IsValue = definition.Pattern is null,
        Expression = definition.Pattern ?? definition.Value ?? "",
        MinEntropy = definition.MinEntropy?.ToString(CultureInfo.InvariantCulture) ?? "",
        Remediation = definition.Remediation ?? "",
        Examples = string.Join('\n', definition.Examples),
        NegativeExamples = string.Join('\n', definition.NegativeExamples),
    };

    public CustomRuleDefinition ToDefinition() => new(
        Id.Trim(), Title.Trim(), Severity, Confidence, Keywords.Split([' ', ',', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries),
        IsValue ? null : Expression.Trim(), IsValue ? Expression.Trim() : null,
        double.TryParse(MinEntropy, NumberStyles.Float, CultureInfo.InvariantCulture, out var bits) ? bits : null,
        string.IsNullOrWhiteSpace(Remediation) ? null : Remediation.Trim(), Lines(Examples), Lines(NegativeExamples));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
