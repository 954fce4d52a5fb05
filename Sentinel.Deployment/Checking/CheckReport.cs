using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Checking;

/// <summary>What the checker found, for a person and for machines.</summary>
internal static class CheckReport
{
    /// <summary>One line for each finding, then how many.</summary>
    public static string Text(IReadOnlyList<CheckFinding> findings, int files)
    {
        var text = new StringBuilder();
        foreach (var finding in findings.Where(f => f.Exemption is null))
            text.Append(CultureInfo.InvariantCulture, $"{finding.Path}:{finding.Line}: {(finding.Rule.Level == CheckLevel.Error ? "error" : "warning")} {finding.Rule.Id}: {finding.Message}\n");
        var (errors, warnings, exempted) = (Count(findings, CheckLevel.Error), Count(findings, CheckLevel.Warning), findings.Count(f => f.Exemption is not null));
        if (errors + warnings > 0) text.Append("What a rule is for: explain <id>\n");
        return text.Append(CultureInfo.InvariantCulture, $"{files} files, {errors} errors, {warnings} warnings, {exempted} accepted with a reason.\n").ToString();
    }

    /// <summary>SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What is accepted is there, and suppressed.</summary>
    public static string Sarif(IReadOnlyList<CheckFinding> findings, string version)
    {
        var rules = findings.Select(f => f.Rule).DistinctBy(r => r.Id).ToArray();
        var sarif = new JsonObject
        {
            ["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = Items(new JsonObject
            {
                ["tool"] = new JsonObject { ["driver"] = new JsonObject { ["name"] = "Sentinel deploy-check", ["semanticVersion"] = version, ["rules"] = Items(rules.Select(r => (JsonNode)Rule(r))) } },
                ["columnKind"] = "utf16CodeUnits",
                ["results"] = Items(findings.Select(f => (JsonNode)Result(f, Array.FindIndex(rules, r => r.Id == f.Rule.Id)))),
            }),
        };
        return sarif.ToText();
    }

    /// <summary>Everything about one rule; null when there is none of that id.</summary>
    public static string? Explain(string id) => Checker.Rules.FirstOrDefault(r => r.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) is { } rule
        ? $"{rule.Id} ({(rule.Level == CheckLevel.Error ? "error" : "warning")})\n\n{rule.Demand}\n\nOtherwise: {rule.Reason}\n\nSource: {rule.Source}\n"
        : null;

    public static int Count(IReadOnlyList<CheckFinding> findings, CheckLevel level) => findings.Count(f => f.Exemption is null && f.Rule.Level == level);

    private static JsonObject Rule(CheckRule rule) => new()
    {
        ["id"] = rule.Id,
        ["shortDescription"] = new JsonObject { ["text"] = rule.Demand },
        ["fullDescription"] = new JsonObject { ["text"] = $"{rule.Demand} Otherwise: {rule.Reason}" },
        ["helpUri"] = rule.Source,
        ["defaultConfiguration"] = new JsonObject { ["level"] = Level(rule) },
    };

    private static JsonObject Result(CheckFinding finding, int index)
    {
        var result = new JsonObject
        {
            ["ruleId"] = finding.Rule.Id,
            ["ruleIndex"] = index,
            ["level"] = Level(finding.Rule),
            ["message"] = new JsonObject { ["text"] = finding.Message },
            ["locations"] = Items(new JsonObject
            {
                ["physicalLocation"] = new JsonObject
                {
                    ["artifactLocation"] = new JsonObject { ["uri"] = Uri.EscapeDataString(finding.Path).Replace("%2F", "/", StringComparison.Ordinal) },
                    ["region"] = new JsonObject { ["startLine"] = finding.Line },
                },
            }),
        };
        if (finding.Exemption is not null) result["suppressions"] = Items(new JsonObject { ["kind"] = "external", ["justification"] = finding.Exemption });
        return result;
    }

    private static string Level(CheckRule rule) => rule.Level == CheckLevel.Error ? "error" : "warning";
}
