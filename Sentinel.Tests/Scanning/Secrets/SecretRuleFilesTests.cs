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
