using System.Text;
using Microsoft.Extensions.Configuration;
using Sentinel.AiService.Redaction;
using Sentinel.Contracts.Findings;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Sentinel.Tests.Fakes.FakeModel;
using Sentinel.Tests.Support;
using FindingCategory = Sentinel.Contracts.Findings.FindingCategory;

namespace Sentinel.Tests.AiService;

public sealed class RedactionTests
{
    private static readonly Redactor Plain = new(new ConfiguredSecrets(new ConfigurationBuilder().Build()));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Explain_CanariesOfEveryRule_NeverReachTheModel()
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        var canaries = new List<string>();
        foreach (var rule in RuleCatalog.All.Where(r => r.Category == Sentinel.Scanning.FindingCategory.Secret))
        {
            foreach (var example in rule.Examples)
            {
                var text = SampleExpander.Expand(example, "canary-" + rule.Id);
                var secrets = SecretScanner.Scan(Encoding.UTF8.GetBytes(text), ExamplePath.Of(rule), SecretRuleSet.BuiltIn, Cancellation).Select(s => s.Value).ToArray();
                canaries.AddRange(secrets);
                await service.ExplainAsync(
                    Questions.With($"first line\n{text}\nlast line", 2) with { Path = ExamplePath.Of(rule), Message = text[..Math.Min(text.Length, 4000)], RuleTitle = "canary" },
                    Cancellation);
            }
        }

        Assert.True(canaries.Count > 100);
        var sent = string.Concat(model.Requests.Select(r => r.System + r.Question));
        Assert.All(canaries, canary => Assert.DoesNotContain(canary, sent, StringComparison.Ordinal));
        // Nor the better part of one.
        Assert.All(canaries.Where(c => c.Length >= 24), canary => Assert.DoesNotContain(canary[(canary.Length / 2)..], sent, StringComparison.Ordinal));
        Assert.DoesNotContain(canaries, canary => service.Logs.Any(line => line.Contains(canary, StringComparison.Ordinal)));
    }

    public static TheoryData<string, string> Canaries() => new()
    {
        { "password = \"#\"", "correct-horse-9" },
        { "PASSWORD: #", "Tr0ub4dor" },
        { "  \"DbPassword\": \"#\",", "hunter2000" },
        { "export API_TOKEN=#", "zx81-spectrum-48k" },
        { "client_secret: '#'", "onlyletters" },
        { "Authorization: Bearer #", "abc.def-123~x/y+z==" },
        { "postgres://app:#@db.internal/app", "s3cr3t!pw" },
        { "amqp://user:#@host", "guestguest" },
        { "Server=db;User=sa;Password=#;Encrypt=true", "P@55w0rdX" },
        { "val x = \"#\"", "k7Gh2mQ9xTb4Wv8Zs1Np6Ry3" },
        { "curl -u admin -H 'X-Api-Key: #'", "77aa88bb99cc" },
        { "AccountKey=#", "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1" },
        { "token: #\u200B", "zero1width2" },
        { "pass\u00ADword = \"#\"", "soft-hyphen-7" },
    };

    [Theory]
    [MemberData(nameof(Canaries))]
    public async Task Explain_CanaryAnywhereInTheRequest_NeverReachesTheModel(string template, string canary)
    {
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(model, Cancellation);
        var text = template.Replace("#", canary, StringComparison.Ordinal);

        await service.ExplainAsync(
            Questions.With($"let one = 1;\n{text}\nlet two = 2;", 2) with
            {
                Message = text,
                RuleTitle = text,
                Path = $"config/{text}",
                Guidance = new RuleGuidance(text, text, [text]),
                Category = FindingCategory.Secret,
            },
            Cancellation);

        Assert.DoesNotContain(canary, Assert.Single(model.Requests).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_ConfiguredSecrets_NeverReachTheModelInAnyForm()
    {
        string[] secrets = ["plain words as key", "hook words", "client words", "redis-words"];
        await using var model = await FakeModelServer.StartAsync(Cancellation);
        await using var service = await AiServer.StartAsync(
            model, Cancellation, ("API_KEY", secrets[0]), ("GITHUB_WEBHOOK_SECRET", secrets[1]), ("GITHUB_CLIENT_SECRET", secrets[2]),
            ("ConnectionStrings:redis", $"127.0.0.1:1,password={secrets[3]},connectTimeout=100,syncTimeout=200,asyncTimeout=200"));
        var text = string.Join('\n', secrets.SelectMany(s => new[] { $"x {s} y", Uri.EscapeDataString(s), Convert.ToBase64String(Encoding.UTF8.GetBytes(s)).TrimEnd('=') }));

        await service.ExplainAsync(Questions.With("start of it all\n" + text), Cancellation);

        var sent = Assert.Single(model.Requests).Question;
        Assert.All(text.Split('\n'), line => Assert.DoesNotContain(line.Replace("x ", "", StringComparison.Ordinal).Replace(" y", "", StringComparison.Ordinal), sent, StringComparison.Ordinal));
    }

    [Fact]
    public void Redact_PrivateKeyCutAnywhere_LosesItsMaterial()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var pem = rsa.ExportRSAPrivateKeyPem();
        var lines = pem.Split('\n');
        for (var from = 0; from < lines.Length - 4; from++)
        {
            var part = string.Join('\n', lines[from..(from + 4)]);
            var redacted = Plain.Redact($"key:\n{part}\nend", "id_rsa", Cancellation);
            Assert.All(lines[from..(from + 4)].Where(l => l.Length >= 40), line => Assert.DoesNotContain(line[8..32], redacted, StringComparison.Ordinal));
        }
    }

    // The evidence an explanation needs is not a secret.
    [Theory]
    [InlineData("      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8")]
    [InlineData("FROM debian@sha256:36e591f228bb9b99348f584e83f16e012c33ba5cad44ef5981a1d7c0a93eca22")]
    [InlineData("    secrets: inherit")]
    [InlineData("  id-token: write")]
    [InlineData("        token: ${{ secrets.GITHUB_TOKEN }}")]
    [InlineData("const token = process.env.API_TOKEN;")]
    [InlineData("      - run: echo \"Hello ${{ github.event.issue.title }}\"")]
    [InlineData("RUN curl -fsSL https://example.org/install.sh | sh")]
    [InlineData("var handler = new ConfigurableAuthenticationHandler2(options);")]
    public void Redact_Evidence_Stays(string line) => Assert.Equal(line, Plain.Redact(line, ".github/workflows/a.yml", Cancellation));

    [Fact]
    public void Redact_Lines_StayWhereTheyAre()
    {
        var text = string.Concat(Enumerable.Range(0, 200).Select(i => i % 3 == 0 ? $"password = \"secret-{i}-value\"\n" : $"line {i}\n"));

        var redacted = Plain.Redact(text, "a.py", Cancellation);

        Assert.Equal(text.Split('\n').Select(l => l.Length), redacted.Split('\n').Select(l => l.Length));
        Assert.Contains("line 100\n", redacted, StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_HostileText_Ends()
    {
        string[] hostile = [new('a', 64_000), string.Concat(Enumerable.Repeat("password=", 7000)), string.Concat(Enumerable.Repeat("://a:", 12_000)), string.Concat(Enumerable.Repeat("A1b2", 16_000)), new('\n', 64_000), string.Concat(Enumerable.Repeat("-----BEGIN PRIVATE KEY-----", 2300))];

        var redacted = Watchdog.Ends(() => hostile.Select(text => Plain.Redact(text, "a.txt", Cancellation)).ToArray());

        Assert.Equal(hostile.Select(text => text.Length), redacted.Select(text => text.Length));
    }
}
