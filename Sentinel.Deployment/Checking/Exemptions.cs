using System.Globalization;
using System.IO.Enumeration;
using Sentinel.Deployment.Manifests;
using YamlDotNet.Core;

namespace Sentinel.Deployment.Checking;

/// <summary>
/// Breaches that somebody accepts, each with the reason and the day on which it must be thought about again: a YAML file with a list
/// <c>exemptions</c> of <c>rule</c>, <c>path</c> (with * and ?), optionally <c>contains</c> (part of the message), <c>reason</c>, <c>expires</c> (yyyy-mm-dd).
/// </summary>
internal sealed class Exemptions
{
    /// <summary>Looked for in the folder that is checked.</summary>
    public const string FileName = ".deploy-check.yaml";

    private readonly IReadOnlyList<Exemption> _all;

    private Exemptions(IReadOnlyList<Exemption> all) => _all = all;

    public static Exemptions None { get; } = new([]);

    /// <summary>Those that exempted nothing.</summary>
    public IEnumerable<string> Unused => _all.Where(e => !e.Used).Select(e => $"{e.Rule} at {e.Path}: nothing breaks it; remove the exemption.");

    /// <exception cref="FormatException">With everything that is wrong with the file.</exception>
    public static Exemptions Parse(string path, string text)
    {
        var faults = new List<string>();
        var all = new List<Exemption>();
        try
        {
            var lines = new Dictionary<System.Text.Json.Nodes.JsonNode, int>(ReferenceEqualityComparer.Instance);
            foreach (var entry in ManifestYaml.Read(text, lines).SelectMany(d => d["exemptions"].Each()))
            {
                var place = $"{path}, line {lines.GetValueOrDefault(entry, 1)}";
                var missing = Rules.Shared.Words("rule path reason expires").Where(k => string.IsNullOrWhiteSpace(entry.At(k).Text())).ToArray();
                if (missing.Length > 0) faults.Add($"{place}: the exemption has no {string.Join(" and no ", missing)}.");
                else if (Checker.Rules.All(r => r.Id != entry.At("rule").Text())) faults.Add($"{place}: there is no rule '{entry.At("rule").Text()}'.");
                else if (!DateOnly.TryParseExact(entry.At("expires").Text(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var expires)) faults.Add($"{place}: '{entry.At("expires").Text()}' is no date like 2027-06-30.");
                else all.Add(new Exemption(entry.At("rule").Text()!, entry.At("path").Text()!, entry.At("contains").Text(), entry.At("reason").Text()!, expires));
            }
        }
        catch (YamlException fault)
        {
            faults.Add($"{path}: it is no YAML that can be read: line {fault.Start.Line}: {fault.Message}");
        }
        return faults.Count == 0 ? new Exemptions(all) : throw new FormatException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>Why a finding is accepted; null when it is not, or not any more.</summary>
    public string? ReasonFor(CheckFinding finding, DateOnly today)
    {
        var exemption = _all.FirstOrDefault(e => e.Rule == finding.Rule.Id && Matches(e.Path, finding.Path) && (e.Contains is null || finding.Message.Contains(e.Contains, StringComparison.Ordinal)));
        if (exemption is null) return null;
        exemption.Used = true;
        return exemption.Expires >= today ? exemption.Reason : null;
    }

    private static bool Matches(string pattern, string path) =>
        FileSystemName.MatchesSimpleExpression(pattern, path, ignoreCase: false) || FileSystemName.MatchesSimpleExpression($"*/{pattern}", path, ignoreCase: false);

    private sealed record Exemption(string Rule, string Path, string? Contains, string Reason, DateOnly Expires)
    {
        public bool Used { get; set; }
    }
}
