using System.Text;

namespace Sentinel.Scanning.Secrets;

/// <summary>Rules by themselves, without those that come with Sentinel: to see what they find, and to try them cheaply.</summary>
public static class LoneSecretRules
{
    /// <summary>Reads rules in the format of the rule files.</summary>
    /// <param name="files">File names, for faults, with their texts.</param>
    /// <exception cref="SecretRuleException">They have faults; all are named.</exception>
    public static SecretRuleSet Read(IEnumerable<KeyValuePair<string, string>> files)
    {
        var rules = new List<SecretRuleData>();
        var faults = new List<string>();
        var hash = new StringBuilder("lone");
        foreach (var (name, text) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            var reader = new SecretRuleReader(name, checkPatterns: true);
            rules.AddRange(reader.Read(new StringReader(text)));
            faults.AddRange(reader.Faults);
            hash.Append('\0').Append(name).Append('\0').Append(text);
        }
        faults.AddRange(SecretRulePack.Cross(rules));
        if (faults.Count > 0) throw new SecretRuleException(faults);
        return new SecretRuleSet(rules, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(hash.ToString())))[..16], withGeneric: false, []);
    }
}
