using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Contracts.CustomRules;
using Sentinel.Data.CustomRules;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Confidence = Sentinel.Contracts.Findings.Confidence;
using Severity = Sentinel.Contracts.Findings.Severity;

namespace Sentinel.Api.CustomRules;

/// <summary>Finds everything that is wrong with a definition before it is stored. Pure; bounded on hostile input.</summary>
internal static partial class CustomRuleChecker
{
    public const int MaxText = 20_000;

    private const int MaxKeywords = 20;
    private const int MaxExamples = 20;
    private const int MaxExample = 1000;
    private const int MaxPlaceholder = 500;
    private const int MaxRemediation = 2000;
    // An automaton has a state for each repetition: nested counts multiply.
    private const int MaxStates = 10_000;

    private static readonly AnalysisContext Context = new(new byte[32]);

    /// <summary>The faults, and what the rule finds in a text.</summary>
    public static async Task<CustomRuleCheck> CheckAsync(CustomRuleDefinition definition, string? text, CancellationToken cancellationToken)
    {
        var faults = Faults(definition);
        if (faults.Count > 0) return new CustomRuleCheck(faults, []);
        SecretAnalyzer alone;
        SecretAnalyzer everyone;
        try
        {
            var file = CustomRuleFile.Of(definition);
            alone = new SecretAnalyzer(LoneSecretRules.Read([file]));
            everyone = new SecretAnalyzer(SecretRuleSet.BuiltIn);
            _ = SecretRuleSet.BuiltIn.With([file]);
        }
        catch (SecretRuleException ex)
        {
            // The place is one in a file that the author never sees.
            return new CustomRuleCheck([.. ex.Faults.Select(fault => Place().Replace(fault, "")).Distinct()], []);
        }

        foreach (var (i, example) in definition.Examples.Index())
            if (await ExampleFaultAsync(alone, everyone, example, definition.Id, cancellationToken) is { } fault) faults.Add($"Example {i + 1} {fault}.");
        foreach (var (i, example) in definition.NegativeExamples.Index())
            if (await NegativeFaultAsync(alone, everyone, example, definition.Id, cancellationToken) is { } fault) faults.Add($"Counter-example {i + 1} {fault}.");
        var matches = text is null ? [] : await FindAsync(alone, text, cancellationToken);
        return new CustomRuleCheck(faults, [.. matches.Select(found => new CustomRuleSample(true, "", found.Location.Region.StartLine, found.MaskedPreview ?? ""))]);
    }

    private static List<string> Faults(CustomRuleDefinition definition)
    {
        var faults = new List<string>();
        if (definition.Id is null || definition.Id.Length > 64 || !RuleId().IsMatch(definition.Id)) faults.Add("The id begins with custom- and goes on in lower-case letters, digits and single hyphens, 64 characters at most.");
        if (definition.Title?.Trim().Length is null or 0 or > 100) faults.Add("The title has 1 to 100 characters.");
        if (!Enum.IsDefined(definition.Severity)) faults.Add($"The severity is one of {string.Join(", ", Enum.GetNames<Severity>())}.");
        if (!Enum.IsDefined(definition.Confidence)) faults.Add($"The confidence is one of {string.Join(", ", Enum.GetNames<Confidence>())}.");
        if (definition.Keywords is not { Count: > 0 and <= MaxKeywords } keywords || keywords.Any(word => word is null || word.Length is < 3 or > 64 || word.Any(c => char.IsUpper(c) || c is > '~' or < ' ')))
            faults.Add($"There are 1 to {MaxKeywords} keywords, each of 3 to 64 ASCII characters in lower case.");
        if (string.IsNullOrEmpty(definition.Pattern) == string.IsNullOrEmpty(definition.Value)) faults.Add("Exactly one of pattern and value is needed.");
        if ((definition.Pattern ?? "").Length + (definition.Value ?? "").Length > 2000) faults.Add("The pattern has 2,000 characters at most.");
        else if (States(definition.Pattern ?? definition.Value ?? "") > MaxStates) faults.Add("The pattern repeats too much: nested counts multiply, and their product must stay below 10,000.");
        if (definition.MinEntropy is < 0 or > 8) faults.Add("The least entropy lies between 0 and 8 bits per character.");
        if (definition.Remediation?.Length > MaxRemediation) faults.Add("The advice has 2,000 characters at most.");
        foreach (var (name, texts) in new[] { ("examples", definition.Examples), ("counter-examples", definition.NegativeExamples) })
        {
            if (texts is not { Count: > 0 and <= MaxExamples }) faults.Add($"There are 1 to {MaxExamples} {name}.");
            else if (texts.Any(text => text is null || text.Length is 0 or > MaxExample)) faults.Add($"Each of the {name} has 1 to {MaxExample} characters.");
            else if (texts.SelectMany(text => Placeholder().Matches(text)).Any(match => !int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > MaxPlaceholder))
                faults.Add($"A placeholder in the {name} stands for {MaxPlaceholder} characters at most.");
        }

        return faults;
    }

    // Counts in braces, those of groups multiplied with the largest of the others: an upper bound that is easy to tell.
    private static long States(string pattern)
    {
        long groups = 1;
        long single = 1;
        foreach (Match match in Count().Matches(pattern))
        {
            var most = match.Groups.Cast<Group>().Skip(2).Where(g => g.Success && g.Length > 0).Select(g => g.Length > 6 ? int.MaxValue : int.Parse(g.ValueSpan, CultureInfo.InvariantCulture)).DefaultIfEmpty(1).Max();
            if (match.Groups[1].Value == ")") groups = Math.Min(groups * Math.Max(1, most), int.MaxValue);
            else single = Math.Max(single, most);
        }

        return groups * single;
    }

    private static async Task<string?> ExampleFaultAsync(SecretAnalyzer alone, SecretAnalyzer everyone, string example, string id, CancellationToken cancellationToken)
    {
        if (Expand(example, id) is not { } text) return "has a placeholder that does not exist";
        // What is stored is the text with its placeholders: a value in it would be a leaked secret in our own database.
        if ((await FindAsync(alone, example, cancellationToken)).Count > 0) return "holds a value itself; write the secret as a placeholder such as <alnum:32>";
        if (await FindAsync(everyone, example, cancellationToken) is [var real, ..]) return $"holds what the rule {real.RuleId} takes for a real secret; write it as a placeholder";
        var found = await FindAsync(alone, text, cancellationToken);
        return found.Count == 1 ? null : $"must be found exactly once, not {found.Count} times";
    }

    private static async Task<string?> NegativeFaultAsync(SecretAnalyzer alone, SecretAnalyzer everyone, string example, string id, CancellationToken cancellationToken)
    {
        if (Expand(example, id) is not { } text) return "has a placeholder that does not exist";
        if (await FindAsync(everyone, example, cancellationToken) is [var real, ..]) return $"holds what the rule {real.RuleId} takes for a real secret; write it as a placeholder";
        return (await FindAsync(alone, text, cancellationToken)).Count == 0 ? null : "must not be found";
    }

    private static async Task<IReadOnlyList<Finding>> FindAsync(SecretAnalyzer analyzer, string text, CancellationToken cancellationToken) =>
        await analyzer.AnalyzeAsync(SourceFile.FromText("src/settings.txt", text), Context, cancellationToken);

    private static string? Expand(string example, string seed)
    {
        try
        {
            return SampleExpander.Expand(example, seed);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    [GeneratedRegex("^custom-[a-z0-9]+(-[a-z0-9]+)*\\z")]
    private static partial Regex RuleId();

    [GeneratedRegex("<[a-z0-9-]+:([0-9]+)>")]
    private static partial Regex Placeholder();

    [GeneratedRegex("(.?)\\{([0-9]+)(?:,([0-9]*))?\\}", RegexOptions.Singleline)]
    private static partial Regex Count();

    [GeneratedRegex("^[^:]*\\.yaml:[0-9]+: ")]
    private static partial Regex Place();
}
