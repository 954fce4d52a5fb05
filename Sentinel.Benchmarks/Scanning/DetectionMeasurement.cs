using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Benchmarks.Reporting;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Secrets.Generic;

namespace Sentinel.Benchmarks.Scanning;

/// <summary>
/// What is found and what is not, on labelled samples from other scanners' own tests. A positive counts as found when any secret is
/// reported in it; every report on a negative counts as false, also where another rule than the labelled one has its reason.
/// </summary>
internal static class DetectionMeasurement
{
    private sealed record Case(string Id, string Source, string Rule, bool Positive, string Text, string Path, bool Derived);

    /// <summary>Measures rule files under work, or the built-in rules.</summary>
    public static void Print(string? ruleFolder, string? details)
    {
        var report = new Report();
        Run(report, Rules(ruleFolder), details);
        Console.WriteLine(report.ToMarkdown());
    }

    /// <summary>The rules of a folder; the built-in ones for null.</summary>
    public static SecretRuleSet Rules(string? folder)
    {
        if (folder is null) return SecretRuleSet.BuiltIn;
        if (folder.EndsWith(".toml", StringComparison.Ordinal)) return Sentinel.Scanning.Secrets.Gitleaks.GitleaksConfig.Read(folder, File.ReadAllText(folder), _ => null, []);
        var pack = SecretRulePack.Build(Directory.GetFiles(folder, "*.yaml").Select(f => KeyValuePair.Create(Path.GetFileName(f), File.ReadAllText(f))));
        return new SecretRuleSet(pack.Rules, pack.Hash, withGeneric: true, []);
    }

    public static void Run(Report report, SecretRuleSet rules, string? details)
    {
        var cases = Read();
        if (cases.Count == 0)
        {
            Console.Error.WriteLine("The labelled samples are not here (../shared/data/secrets.tar.gz); detection is left out.");
            return;
        }
        var results = cases.Select(c => (Case: c, Found: SecretScanner.Scan(Encoding.UTF8.GetBytes(c.Text), c.Path, rules, CancellationToken.None).Where(s => s.Allowance is null).ToArray())).ToArray();
        var rows = new List<string[]>();
        foreach (var group in results.GroupBy(r => r.Case.Source).OrderBy(g => g.Key, StringComparer.Ordinal)) rows.Add(Row(group.Key, [.. group]));
        rows.Add(Row("all sets", results));
        var provider = results.Where(r => !IsGeneric(r.Case.Rule)).ToArray();
        rows.Add(Row("provider tokens, any rule", provider));
        rows.Add(Row("provider tokens, provider rules", [.. provider.Select(r => (r.Case, r.Found.Where(f => f.Rule.Id is not (GenericSecret.RuleId or VendorSecret.RuleId)).ToArray()))]));
        report.Add(
            "Secrets found in labelled samples",
            "Samples from the test tables of other scanners. A positive is found when any secret is reported in it; every report on a negative counts as false. Provider tokens: samples of rules that are not generic.",
            ["set", "positives", "negatives", "recall", "precision", "missed", "false"], rows);
        if (details is not null) File.WriteAllLines(details, results.Where(r => r.Case.Positive != r.Found.Length > 0).Select(r =>
            $"{(r.Case.Positive ? "MISS" : "FALSE")}\t{r.Case.Source}\t{r.Case.Rule}\t{string.Join(',', r.Found.Select(f => f.Rule.Id))}\t{JsonSerializer.Serialize(r.Case.Text)}"));
    }

    private static string[] Row(string name, IReadOnlyCollection<(Case Case, DetectedSecret[] Found)> results)
    {
        var positives = results.Count(r => r.Case.Positive);
        var found = results.Count(r => r.Case.Positive && r.Found.Length > 0);
        var wrong = results.Count(r => !r.Case.Positive && r.Found.Length > 0);
        string Share(double part, double whole) => whole == 0 ? "" : (part / whole).ToString("0.000", CultureInfo.InvariantCulture);
        return [name, Report.Number(positives), Report.Number(results.Count - positives), Share(found, positives), Share(found, found + wrong), Report.Number(positives - found), Report.Number(wrong)];
    }

    // Rules of the sources that look for names and shapes and not for a vendor's token.
    private static bool IsGeneric(string rule) =>
        rule.Contains("generic", StringComparison.Ordinal) || rule.Contains("credentials", StringComparison.Ordinal) || rule.Contains("weak_password", StringComparison.Ordinal)
        || rule.Contains("pwhash", StringComparison.Ordinal) || rule.Contains("no-homedir", StringComparison.Ordinal) || rule.Contains("no-dotenv", StringComparison.Ordinal)
        || rule.Contains("np.arn", StringComparison.Ordinal) || rule.Contains("np.s3", StringComparison.Ordinal) || rule.Contains("np.gcs", StringComparison.Ordinal) || rule.Contains("np.appsync", StringComparison.Ordinal);

    private static List<Case> Read()
    {
        var folder = Path.Combine(Build.Root, "..", "shared", "data");
        if (!File.Exists(Path.Combine(folder, "secrets.tar.gz"))) return [];
        using var unpack = Process.Start(new ProcessStartInfo(Path.Combine(folder, "unpack.sh"), ["secrets"]) { RedirectStandardOutput = true })!;
        var unpacked = unpack.StandardOutput.ReadToEnd().Trim();
        unpack.WaitForExit();
        return [.. File.ReadLines(Path.Combine(unpacked, "cases.jsonl")).Select(Parse)];
    }

    private static Case Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        string Text(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return new Case(
            Text("id"), Text("source"), Text("rule"), Text("label") == "positive", Text("text"), Text("filename") is { Length: > 0 } file ? file : "input.txt",
            root.TryGetProperty("derived", out var derived) && derived.ValueKind == JsonValueKind.True);
    }
}
