using System.Globalization;
using System.Text.Json;

namespace Sentinel.Scanning.Imports;

/// <summary>How bad a result is, as GitHub reads it: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#reportingdescriptor-object.</summary>
internal static class SarifSeverity
{
    /// <summary>By the score of the result or of its rule, else by the level of the result or of its rule.</summary>
    public static Severity Of(SarifResult result, SarifRule? rule) => Scored(result.Properties) ?? Scored(rule?.Properties) ?? Of(result.Level ?? rule?.DefaultConfiguration?.Level);

    /// <summary>Of a rule without a result.</summary>
    public static Severity Of(SarifRule? rule) => Scored(rule?.Properties) ?? Of(rule?.DefaultConfiguration?.Level);

    // "warning" is what the standard means by nothing (section 3.27.10).
    private static Severity Of(string? level) => level switch
    {
        "error" => Severity.High,
        "note" => Severity.Low,
        "none" => Severity.Info,
        _ => Severity.Medium,
    };

    private static Severity? Scored(JsonElement? properties)
    {
        if (!double.TryParse(SarifBag.Text(properties, "security-severity"), NumberStyles.Float, CultureInfo.InvariantCulture, out var score)) return null;
        return score switch
        {
            >= 9.0 => Severity.Critical,
            >= 7.0 => Severity.High,
            >= 4.0 => Severity.Medium,
            > 0.0 => Severity.Low,
            _ => Severity.Info,
        };
    }
}
