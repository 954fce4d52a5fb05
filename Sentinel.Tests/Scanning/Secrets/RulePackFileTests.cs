using Sentinel.Scanning.Secrets;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Secrets;

/// <summary>The compact file that the scanner reads is the rule files, and nothing else.</summary>
public sealed class RulePackFileTests
{
    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "Sentinel.Scanning", "Secrets");

    [Fact]
    public void RulesJson_EqualsTheRuleFiles()
    {
        var files = Directory.GetFiles(Path.Combine(Folder, "Rules"), "*.yaml").Select(f => KeyValuePair.Create(Path.GetFileName(f), File.ReadAllText(f)));
        var expected = SecretRulePack.Write(SecretRulePack.Build(files));
        var path = Path.Combine(Folder, "rules.json");
        if (Environment.GetEnvironmentVariable("SENTINEL_UPDATE_RULES") is "1") File.WriteAllText(path, expected);

        Assert.True(expected == File.ReadAllText(path), "rules.json is not what the rule files say: SENTINEL_UPDATE_RULES=1 dotnet test --project Sentinel.Tests --filter-class '*RulePackFile*'");
    }
}
