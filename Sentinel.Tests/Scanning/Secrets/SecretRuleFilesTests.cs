using Sentinel.Scanning.Secrets;

namespace Sentinel.Tests.Scanning.Secrets;

public sealed class SecretRuleFilesTests
{
    [Fact]
    public void Read_ManyFaults_AreReportedTogetherWithFileAndLine()
    {
        const string Yaml = """
            provider: Acme
            revoke: https://acme.example
            rules:
              - id: acme-token
                severity: terrible
                confidence: high
                keywords: [ACME]
                pattern: '(?<=x)(acme)'
                surprise: yes
            """;
        var reader = new SecretRuleReader("acme.yaml", checkPatterns: true);

        Assert.Empty(reader.Read(new StringReader(Yaml)));

        Assert.All(reader.Faults, f => Assert.StartsWith("acme.yaml:4: ", f, StringComparison.Ordinal));
        Assert.Equal(["surprise", "title", "severity", "keywords", "pattern"], reader.Faults.Select(f => f.Split('\'')[1]));
    }

    [Fact]
    public void Read_ValuesOfTheWrongKind_AreFaultsAndNotLeftOut()
    {
        const string Yaml = """
            provider: Acme
            revoke: https://acme.example
            rules:
              - just a text
              - id: acme-token
                title: Acme token
                severity: 3
                confidence: high
                keywords: [acme]
                pattern: '(acme)'
                parts: all
                references: https://acme.example
                examples: [[acme]]
            """;
        var reader = new SecretRuleReader("acme.yaml", checkPatterns: true);

        Assert.Empty(reader.Read(new StringReader(Yaml)));

        Assert.Equal(
            [
                "acme.yaml:4: a rule is a mapping with id, title and the rest",
                "acme.yaml:5: 'severity' is not one of info, low, medium, high, critical",
                "acme.yaml:5: 'parts' is not a list of mappings",
                "acme.yaml:5: 'references' is not a list of texts",
                "acme.yaml:5: 'examples' is not a list of texts",
            ],
            reader.Faults);
    }

    [Theory]
    [InlineData("rules: [")]
    [InlineData("- a")]
    [InlineData("provider: x")]
    public void Read_WrongShape_IsOneFault(string yaml)
    {
        var reader = new SecretRuleReader("x.yaml", checkPatterns: true);

        reader.Read(new StringReader(yaml));

        Assert.Single(reader.Faults);
    }
}
