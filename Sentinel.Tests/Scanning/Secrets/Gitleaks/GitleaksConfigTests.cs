using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Sentinel.Scanning.Secrets.Gitleaks;

namespace Sentinel.Tests.Scanning.Secrets.Gitleaks;

public sealed class GitleaksConfigTests
{
    private static readonly string Value = SampleExpander.Expand("acme-<lower:24>", "gitleaks");

    private const string Rule = """
        [[rules]]
        id = "acme-token"
        description = "Acme token"
        regex = '''(?i)\b(?P<name>acme)-([[:alnum:]]{24})\b'''
        secretGroup = 2
        keywords = ["acme-"]

        """;

    [Fact]
    public void Read_Rule_FindsItsGroupAndNothingElse()
    {
        var secret = Assert.Single(SecretScans.Scan($"x = {Value} ghp_", rules: Read(Rule)));

        Assert.Equal(("acme-token", Value[5..]), (secret.Rule.Id, secret.Value));
        Assert.Equal(2, new SecretScansCount(Read(Rule + "[extend]\nuseDefault = true\n")).Of($"{Value}\n{SecretScans.GitHubToken("extend")}"));
        Assert.Equal(1, new SecretScansCount(Read(Rule)).Of($"{Value}\n{SecretScans.GitHubToken("extend")}"));
    }

    [Theory]
    [InlineData("[[rules.allowlists]]\nstopwords = [\"STOP\"]", 1)]
    [InlineData("[[rules.allowlists]]\nregexes = ['''^[a-z0-9]{24}$''']", 0)]
    [InlineData("[[rules.allowlists]]\nregexTarget = \"match\"\nregexes = ['''^acme-''']", 0)]
    [InlineData("[[rules.allowlists]]\nregexTarget = \"line\"\nregexes = ['''^key = ''']", 0)]
    [InlineData("[[rules.allowlists]]\npaths = ['''\\.txt$''']", 0)]
    [InlineData("[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['''\\.txt$''']\nregexes = ['''^never''']", 1)]
    [InlineData("[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['''\\.txt$''']\nregexes = ['''^[a-z0-9]+$''']", 0)]
    [InlineData("[rules.allowlist]\npaths = ['''\\.txt$''']", 0)]
    [InlineData("[allowlist]\npaths = ['''\\.txt$''']", 0)]
    [InlineData("[[allowlists]]\ntargetRules = [\"acme-token\"]\npaths = ['''\\.txt$''']", 0)]
    [InlineData("[[allowlists]]\ntargetRules = [\"other\"]\npaths = ['''\\.txt$''']", 1)]
    public void Read_Allowlist_AllowsWhatItSays(string allowlist, int expected) =>
        Assert.Equal(expected, new SecretScansCount(Read(Rule + allowlist)).Of($"key = {Value}"));

    [Theory]
    [InlineData("entropy = 5.5", 0)]
    [InlineData("entropy = 1.5", 1)]
    [InlineData("path = '''\\.go$'''", 0)]
    [InlineData("path = '''\\.txt$'''", 1)]
    public void Read_EntropyAndPath_Count(string setting, int expected) => Assert.Equal(expected, new SecretScansCount(Read(Rule + setting)).Of($"key = {Value}"));

    [Fact]
    public void Read_KeywordFarFromTheMatch_CountsAsWithGitleaks()
    {
        var rules = Read("[[rules]]\nid = \"far\"\nregex = '''\\bzz[0-9]{12}\\b'''\nkeywords = [\"faraway\"]\n");

        Assert.Equal(1, new SecretScansCount(rules).Of($"faraway\n{new string('x', 200_000)}\nzz123456789012\n"));
        Assert.Equal(0, new SecretScansCount(rules).Of("zz123456789012"));
    }

    [Fact]
    public void Read_Extend_LoadsTheOtherFileAndDropsDisabledRules()
    {
        var rules = GitleaksConfig.Read("a.toml", "[extend]\npath = \"b.toml\"\ndisabledRules = [\"second\"]\n", name => name == "b.toml" ? Rule + "[[rules]]\nid = \"second\"\nregex = '''x{30}'''\n" : null, []);

        Assert.Equal("acme-token", Assert.Single(rules.Rules).Id);
    }

    [Fact]
    public void Read_ManyFaults_AreReportedTogetherWithFileAndLine()
    {
        const string Toml = "[[rules]]\nid = \"a\"\nregex = '''(?=x)y'''\n[[rules]]\nregex = '''y'''\n[[rules.allowlists]]\ncondition = \"XOR\"\nregexes = ['''(''']\n[extend]\npath = \"gone.toml\"\n";

        var fault = Assert.Throws<SecretRuleException>(() => GitleaksConfig.Read("a.toml", Toml, _ => null, []));

        Assert.Equal(["a.toml:10", "a.toml:3", "a.toml:4", "a.toml:7", "a.toml:8"], fault.Faults.Select(f => string.Join(':', f.Split(':')[..2])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Read_NoToml_IsAFaultWithItsLine() =>
        Assert.StartsWith("a.toml:2: ", Assert.Throws<SecretRuleException>(() => GitleaksConfig.Read("a.toml", "x = 1\ny = = 2\n", _ => null, [])).Faults[0], StringComparison.Ordinal);

    private static SecretRuleSet Read(string toml) => GitleaksConfig.Read("gitleaks.toml", toml, _ => null, []);

    private sealed class SecretScansCount(SecretRuleSet rules)
    {
        public int Of(string text) => SecretScans.Scan(text, "notes.txt", rules).Count(s => s.Allowance is null);
    }
}
