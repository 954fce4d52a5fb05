using System.Text;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Tests.Scanning.Secrets;

/// <summary>Short ways to scan a text, and values that look real without being committed.</summary>
internal static class SecretScans
{
    /// <summary>A GitHub token with a right checksum.</summary>
    public static string GitHubToken(string seed) => SampleExpander.Expand("ghp_<github-token>", seed);

    public static IReadOnlyList<DetectedSecret> Scan(string text, string path = "input.txt", SecretRuleSet? rules = null) => Scan(Encoding.UTF8.GetBytes(text), path, rules);

    public static IReadOnlyList<DetectedSecret> Scan(byte[] text, string path = "input.txt", SecretRuleSet? rules = null) =>
        SecretScanner.Scan(text, path, rules ?? SecretRuleSet.BuiltIn, TestContext.Current.CancellationToken);

    /// <summary>The built-in rules and one more.</summary>
    public static SecretRuleSet With(string rules) => SecretRuleSet.BuiltIn.With([KeyValuePair.Create("acme.yaml", $"provider: Acme\nrevoke: https://acme.example\nrules:\n{rules}")]);
}
