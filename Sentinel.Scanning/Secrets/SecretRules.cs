using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Scanning.Secrets;

/// <summary>The rules that come with Sentinel.</summary>
internal static class SecretRules
{
    private const string ResourcePrefix = "Sentinel.Scanning.Secrets.Rules.";

    private static readonly Lazy<(IReadOnlyList<SecretRule> Rules, string Hash)> Loaded = new(() => Load(checkPatterns: false));

    public static IReadOnlyList<SecretRule> All => Loaded.Value.Rules;

    /// <summary>Changes with any byte of any rule file.</summary>
    public static string Hash => Loaded.Value.Hash;

    internal static (IReadOnlyList<SecretRule> Rules, string Hash) Load(bool checkPatterns)
    {
        var assembly = typeof(SecretRules).Assembly;
        var rules = new List<SecretRule>();
        var faults = new List<string>();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            var text = reader.ReadToEnd();
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            var file = new SecretRuleReader(name[ResourcePrefix.Length..], checkPatterns);
            rules.AddRange(file.Read(new StringReader(text)));
            faults.AddRange(file.Faults);
        }
        faults.AddRange(rules.GroupBy(r => r.Descriptor.Id, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"the rule id '{g.Key}' is used twice"));
        if (faults.Count > 0) throw new InvalidOperationException("The secret rules have faults:\n" + string.Join('\n', faults));
        return (rules, Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
    }
}
