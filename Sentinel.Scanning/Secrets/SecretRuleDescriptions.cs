namespace Sentinel.Scanning.Secrets;

/// <summary>What a secret rule says to people.</summary>
internal static class SecretRuleDescriptions
{
    public static RuleDescriptor Of(SecretRuleData rule)
    {
        var owner = rule.Provider.Length > 0 ? $" ({rule.Provider})" : "";
        var revoke = rule.Revoke.Length > 0 ? $" ({rule.Revoke})" : "";
        return new RuleDescriptor
        {
            Id = rule.Id,
            Title = rule.Title,
            Category = FindingCategory.Secret,
            AnalyzerId = SecretAnalyzer.Id,
            Severity = rule.Severity,
            Confidence = rule.Confidence,
            Cwe = 798,
            Description = $"{rule.Title}: whoever can read the code, its history, a build log or a container image can act as its owner{owner} until it is revoked.",
            Remediation = $"Revoke or rotate it first{revoke}; removing the line is not enough, because the value stays in the history and in every clone. Then read the new value from a secret store or an environment variable, and check the vendor's log for use by strangers.",
            References = rule.References,
            Examples = rule.Examples,
            NegativeExamples = rule.NegativeExamples,
        };
    }
}
