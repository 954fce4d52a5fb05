using System.Text;
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

        (string Name, byte[] Bytes)[] compact =
        [
            ("rules.json", Encoding.UTF8.GetBytes(SecretRulePack.Write(pack))), ("examples.json", Encoding.UTF8.GetBytes(SecretRulePack.WriteExamples(pack))),
            ("rules.index", SecretRulePack.WriteIndex(pack)),
        ];
        foreach (var (name, expected) in compact)
        {
            var path = Path.Combine(Folder, name);
            if (Environment.GetEnvironmentVariable("SENTINEL_UPDATE_RULES") is "1") File.WriteAllBytes(path, expected);

            Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(path)), $"{name} is not what the rule files say: SENTINEL_UPDATE_RULES=1 dotnet test --project Sentinel.Tests --filter-class '*RulePackFile*'");
        }
    }
}
