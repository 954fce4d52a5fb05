using Sentinel.Scanning.Secrets;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Secrets;

/// <summary>The compact file that the scanner reads is the rule files, and nothing else.</summary>
public sealed class RulePackFileTests
{
    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "Sentinel.Scanning", "Secrets");

    [Fact]
    public void CompactFiles_EqualTheRuleFiles()
    {
        var files = Directory.GetFiles(Path.Combine(Folder, "Rules"), "*.yaml").Select(f => KeyValuePair.Create(Path.GetFileName(f), File.ReadAllText(f)));
        var pack = SecretRulePack.Build(files);

        foreach (var (name, expected) in new[] { ("rules.json", SecretRulePack.Write(pack)), ("examples.json", SecretRulePack.WriteExamples(pack)) })
        {
            var path = Path.Combine(Folder, name);
            if (Environment.GetEnvironmentVariable("SENTINEL_UPDATE_RULES") is "1") File.WriteAllText(path, expected);

            Assert.True(expected == File.ReadAllText(path), $"{name} is not what the rule files say: SENTINEL_UPDATE_RULES=1 dotnet test --project Sentinel.Tests --filter-class '*RulePackFile*'");
        }
    }
}
