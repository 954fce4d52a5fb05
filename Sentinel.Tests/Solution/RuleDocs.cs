using System.Globalization;
using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Tests.Solution;

/// <summary>Renders the reference of the rules, <c>docs/rules</c>, from the rules themselves.</summary>
internal static class RuleDocs
{
    /// <summary>File name to text: one page for each rule, for secrets one for each initial, and the index.</summary>
    public static IReadOnlyDictionary<string, string> Render() =>
        RuleCatalog.All.Where(r => r.Category != FindingCategory.Secret).Select(rule => KeyValuePair.Create($"{rule.Id}.md", Page(rule)))
            .Concat(SecretInitials().Select(group => KeyValuePair.Create($"secrets-{group.Key}.md", SecretPage(group))))
            .Append(KeyValuePair.Create("README.md", Index())).ToDictionary();

    private static string Index()
    {
        var text = new StringBuilder("# Rules\n\nGenerated from the rules. Each page says what the rule finds, why it matters, what to do, and what it leaves alone.\n");
        foreach (var analyzer in RuleCatalog.All.GroupBy(r => r.AnalyzerId).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {Heading(analyzer.Key)}: {analyzer.Count()} {(analyzer.Count() == 1 ? "rule" : "rules")}\n");
            if (analyzer.All(r => r.Category == FindingCategory.Secret))
            {
                text.Append(CultureInfo.InvariantCulture, $"{string.Join(" · ", SecretInitials().Select(g => $"[{g.Key}](secrets-{g.Key}.md)"))}\n\n`sentinel rules list` prints them all, `sentinel rules explain ID` one of them.\n");
                continue;
            }
            text.Append("| Rule | Finds | Severity | Confidence |\n|---|---|---|---|\n");
            foreach (var rule in analyzer)
                text.Append(CultureInfo.InvariantCulture, $"| [{rule.Id}]({rule.Id}.md) | {Cell(rule.Title)} | {Lower(rule.Severity)} | {Lower(rule.Confidence)} |\n");
        }
        return text.ToString();
    }

    private static IEnumerable<IGrouping<string, RuleDescriptor>> SecretInitials() =>
        RuleCatalog.All.Where(r => r.Category == FindingCategory.Secret).GroupBy(r => char.IsAsciiDigit(r.Id[0]) ? "0-9" : r.Id[..1]).OrderBy(g => g.Key, StringComparer.Ordinal);

    private static string SecretPage(IGrouping<string, RuleDescriptor> group)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Secrets: {group.Key}\n`<alnum:32>` and the like stand for random characters of that kind and number. Whatever the rule: revoke or rotate first, then remove.\n");
        foreach (var rule in group)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {rule.Id}\n{rule.Title}: {Lower(rule.Severity)}, confidence {Lower(rule.Confidence)}. {string.Join(' ', rule.References.Select(r => $"<{r}>"))}\n```\n");
            foreach (var example in rule.Examples) text.Append(CultureInfo.InvariantCulture, $"{example.TrimEnd('\n')}\n");
            text.Append("```\nNot:\n```\n");
            foreach (var example in rule.NegativeExamples) text.Append(CultureInfo.InvariantCulture, $"{example.TrimEnd('\n')}\n");
            text.Append("```\n");
        }
        return text.ToString();
    }

    private static string Page(RuleDescriptor rule)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {rule.Title}\n`{rule.Id}`\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| Scanner | Severity | Confidence | Weakness |\n|---|---|---|---|\n| {rule.AnalyzerId} | {Lower(rule.Severity)} | {Lower(rule.Confidence)} | {Weakness(rule)} |\n\n");
        text.Append(CultureInfo.InvariantCulture, $"## Why it matters\n{rule.Description.Trim()}\n\n## What to do\n{rule.Remediation.Trim()}\n\n");
        Examples(text, "Found", rule.Examples);
        Examples(text, "Left alone", rule.NegativeExamples);
        if (rule.Examples.Concat(rule.NegativeExamples).Any(example => HasPlaceholder(rule, example)))
            text.Append("`<alnum:32>` and the like stand for random characters of that kind and number.\n\n");
        text.Append("## References\n");
        foreach (var reference in rule.References) text.Append(CultureInfo.InvariantCulture, $"- <{reference}>\n");
        return text.ToString();
    }

    private static void Examples(StringBuilder text, string title, IReadOnlyList<string> examples)
    {
        text.Append(CultureInfo.InvariantCulture, $"## {title}\n");
        foreach (var example in examples) text.Append(CultureInfo.InvariantCulture, $"```\n{example.TrimEnd('\n')}\n```\n");
        text.Append('\n');
    }

    private static string Weakness(RuleDescriptor rule) =>
        rule.Cwe is { } cwe ? string.Create(CultureInfo.InvariantCulture, $"[CWE-{cwe}](https://cwe.mitre.org/data/definitions/{cwe}.html)") : "none";

    private static string Heading(string analyzer) => analyzer switch
    {
        "policy/comparison" => "Policy",
        "secrets/patterns" => "Secrets",
        "infrastructure/dockerfile" => "Dockerfile",
        "workflows/github-actions" => "GitHub Actions workflows",
        _ => analyzer,
    };

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    // Elsewhere an example is used as it stands.
    private static bool HasPlaceholder(RuleDescriptor rule, string example) => rule.Category == FindingCategory.Secret && SampleExpander.HasPlaceholder(example);

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
