using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sentinel.Benchmarks.Reporting;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Secrets.Generic;

namespace Sentinel.Benchmarks.Scanning;

/// <summary>
/// What is found and what is not, on labelled samples from other scanners' own tests. A positive counts as found when any secret is
/// reported in it; every report on a negative counts as false, also where another rule than the labelled one has its reason.
/// </summary>
internal static partial class DetectionMeasurement
{
    private sealed record Case(string Id, string Source, string Rule, bool Positive, string Text, string Path, string Name);

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
        var provider = results.Where(r => !IsGeneric(r.Case)).ToArray();
        rows.Add(Row("provider tokens, any rule", provider));
        rows.Add(Row("provider tokens, provider rules", [.. provider.Select(r => (r.Case, r.Found.Where(f => f.Rule.Id is not (GenericSecret.RuleId or VendorSecret.RuleId)).ToArray()))]));
        report.Add(
            "Secrets found in labelled samples",
            "Samples from the test tables of other scanners. A positive is found when any secret is reported in it; every report on a negative counts as false. Provider tokens: samples of a vendor's rule for a credential; left out are generic rules, passwords in addresses and settings, hashes of passwords, and what is public (hosts, accounts, client ids).",
            ["set", "positives", "negatives", "recall", "precision", "missed", "false"], rows);
        if (details is not null) File.WriteAllLines(details, results.Where(r => r.Case.Positive != r.Found.Length > 0).Select(r =>
            $"{(r.Case.Positive ? IsGeneric(r.Case) ? "MISSGEN" : "MISS" : "FALSE")}\t{r.Case.Source}\t{r.Case.Rule}\t{string.Join(',', r.Found.Select(f => f.Rule.Id))}\t{JsonSerializer.Serialize(r.Case.Text)}"));
    }

    private static string[] Row(string name, IReadOnlyCollection<(Case Case, DetectedSecret[] Found)> results)
    {
        var positives = results.Count(r => r.Case.Positive);
        var found = results.Count(r => r.Case.Positive && r.Found.Length > 0);
        var wrong = results.Count(r => !r.Case.Positive && r.Found.Length > 0);
        string Share(double part, double whole) => whole == 0 ? "" : (part / whole).ToString("0.000", CultureInfo.InvariantCulture);
        return [name, Report.Number(positives), Report.Number(results.Count - positives), Share(found, positives), Share(found, found + wrong), Report.Number(positives - found), Report.Number(wrong)];
    }

    // By the words of the source's own rule: not a vendor's, or no credential.
    private static bool IsGeneric(Case c) => GenericRule().IsMatch(c.Rule) || PublicThing().IsMatch(c.Name) || PublicThing().IsMatch(c.Rule.Replace('-', ' '));

    [GeneratedRegex("generic|credentials|weak_password|pwhash|krb5|no-homedir|no-dotenv|basicauth|database-connection|curl|jdbc|odbc|postgres|mysql|mongodb|redis|rabbitmq|amqp|ftp|netrc|reactapp|psexec|vmware|phpmailer|gradle|np.arn|filezilla|nuget-config|kubernetes-secret")]
    private static partial Regex GenericRule();

    [GeneratedRegex(@"\b(domain|host|base url|project url|instance url|user ?name|account name|account id|client id|organization|org id|bot id|application id|app id|email|bucket|site|repo identifier|identifier|resource name|cloud name|token name|device token|recipient|mattermost url|public key|subscription key|client-side id|api id|nylas api uri|jfrog url)\b", RegexOptions.IgnoreCase)]
    private static partial Regex PublicThing();

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
            Text("rule_name"));
    }
}
