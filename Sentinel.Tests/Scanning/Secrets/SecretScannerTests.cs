using System.Text;
using CsCheck;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Tests.Scanning.Secrets;

public sealed class SecretScannerTests
{
    [Fact]
    public void Scan_TokenAnywhereInALongText_IsFoundOnce() =>
        Gen.Select(Gen.Int[0, 200_000], Gen.Int[0, 5000], Gen.Int).Sample(
            (before, after, seed) =>
            {
                var token = SecretScans.GitHubToken($"place{seed}");
                // A text of keywords alone makes windows join and break everywhere.
                var filler = string.Concat(Enumerable.Repeat("ghp_ token glpat- ", (before / 18) + 1))[..before];

                var secret = Assert.Single(SecretScans.Scan($"{filler} {token} {new string('x', after)}"), s => s.Rule.Id == "github-pat");

                Assert.Equal((before + 1, token), (secret.Start, secret.Value));
            }, iter: 40);

    [Fact]
    public void Scan_SameTokenInEveryUnicodeForm_IsFound()
    {
        var token = SecretScans.GitHubToken("unicode");
        var text = $"// Schlüssel für später: {token}\n";
        foreach (var encoding in new Encoding[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.Latin1 })
        {
            foreach (var withMark in new[] { false, true })
            {
                var file = new Sentinel.Scanning.SourceFile("a.cs", (byte[])[.. withMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]);

                Assert.False(file.IsBinary);
                var finding = Assert.Single(Analyze(file));
                Assert.Equal((1, 26), (finding.Location.Region.StartLine, finding.Location.Region.StartColumn));
            }
        }
    }

    [Fact]
    public void Scan_BrokenUtf8_StillFindsTheToken()
    {
        byte[] text = [0xC3, 0x28, 0xFF, (byte)'\n', .. Encoding.ASCII.GetBytes($"key={SecretScans.GitHubToken("broken")}"), 0xE2, 0x82];

        Assert.Single(SecretScans.Scan(text));
    }

    [Theory]
    [InlineData("// gitleaks:allow", "gitleaks:allow", "")]
    [InlineData("# sentinel:allow test account of the sandbox", "sentinel:allow", "test account of the sandbox")]
    [InlineData("<!-- sentinel:allow sandbox -->", "sentinel:allow", "sandbox")]
    public void Scan_AllowComment_SuppressesWithItsReason(string comment, string source, string reason)
    {
        var secret = Assert.Single(SecretScans.Scan($"a\nt = \"{SecretScans.GitHubToken("allow")}\" {comment}\nb"));

        Assert.Equal(new Sentinel.Scanning.Suppression(source, reason), secret.Allowance);
    }

    [Fact]
    public void Scan_AllowCommentBoundToAValue_DoesNotHideAnother()
    {
        var allowed = SecretScans.GitHubToken("bound");
        var mark = Allowances.MarkOf(allowed);

        Assert.NotNull(Assert.Single(SecretScans.Scan($"t = \"{allowed}\" # sentinel:allow[{mark}] sandbox")).Allowance);
        Assert.Null(Assert.Single(SecretScans.Scan($"t = \"{SecretScans.GitHubToken("other")}\" # sentinel:allow[{mark}] sandbox")).Allowance);
    }

    [Fact]
    public void Scan_AllowCommentOnTheNextLine_AllowsNothing() =>
        Assert.Null(Assert.Single(SecretScans.Scan($"t = \"{SecretScans.GitHubToken("next")}\"\n# gitleaks:allow")).Allowance);

    [Fact]
    public void Scan_TwoHalvesOfACredential_AreOneFinding()
    {
        var rules = SecretScans.With("""
              - id: acme-key-id
                title: Acme key ID
                severity: medium
                confidence: medium
                keywords: [acmk]
                pattern: '\b(ACMK[0-9A-Z]{12})\b'
                references: [https://acme.example]
              - id: acme-key-secret
                title: Acme key secret
                severity: high
                confidence: high
                keywords: [acme]
                value: '[A-Za-z0-9]{40}'
                words: [secret]
                parts:
                  - name: key ID
                    rule: acme-key-id
                  - name: region
                    pattern: '\b(eu|us)-[0-9]\b'
                    lines: 2
                references: [https://acme.example]
              - id: acme-pair
                title: Acme pair
                severity: high
                confidence: high
                keywords: [pair_]
                pattern: '\b(pair_[A-Za-z0-9]{20})\b'
                parts:
                  - { name: account, pattern: 'account=([0-9]{6})', required: true }
                references: [https://acme.example]
            """);
        var id = SampleExpander.Expand("ACMK<upper:12>", "parts");
        var value = SampleExpander.Expand("<alnum:40>", "parts");
        var pair = SampleExpander.Expand("pair_<alnum:20>", "parts");

        var secret = Assert.Single(SecretScans.Scan($"acme_region = eu-1\nacme_id = {id}\nacme_secret = {value}\n", rules: rules));
        Assert.Equal(("acme-key-secret", value), (secret.Rule.Id, secret.Value));
        Assert.Equal([("key ID", id), ("region", "eu")], secret.Parts.Select(p => (p.Name, p.Value)));

        Assert.Equal("acme-key-id", Assert.Single(SecretScans.Scan($"acme_id = {id}\n{new string('\n', 20)}", rules: rules)).Rule.Id);
        Assert.Empty(SecretScans.Scan($"x {pair}", rules: rules));
        Assert.Equal("123456", Assert.Single(Assert.Single(SecretScans.Scan($"account=123456\nx {pair}", rules: rules)).Parts).Value);
    }

    [Theory]
    [InlineData("gitter-secret-<lower:40>")]
    [InlineData("files/gitter-deploy-token_<lower:40>")]
    [InlineData("gitterACCESS = gitter-key-<lower:40>")]
    public void Scan_WordsGluedToAValue_AreNoPartOfIt(string template) =>
        Assert.Equal("gitter-access-token", Assert.Single(SecretScans.Scan(SampleExpander.Expand(template, "glued"))).Rule.Id);

    [Theory]
    [InlineData("chartmogul = <alnum:32>", true)]
    [InlineData("(\"chartmogul\", \"<alnum:32>\")", true)]
    [InlineData("chartmogulAccount = <alnum:32>", false)]
    [InlineData("commit of chartmogul: <alnum:32>", false)]
    [InlineData("chartmogul is what made <alnum:32>", false)]
    public void Scan_ValueOfAVendorsFormatBesideItsBareName_IsAGuess(string template, bool found)
    {
        var secrets = SecretScans.Scan(SampleExpander.Expand(template, "bare"));

        Assert.Equal(found, secrets.Any(s => s.Rule.Id == "chartmogul-api-key" && s.Confidence == Confidence.Low));
    }

    [Fact]
    public void Scan_OneKeyInManyForms_IsOneValue()
    {
        var lines = Enumerable.Range(0, 4).Select(i => SampleExpander.Expand("<alnum:64>", $"pem {i}")).ToArray();
        const string Begin = "-----BEGIN PRIVATE KEY-----", End = "-----END PRIVATE KEY-----";
        string[] forms =
        [
            $"{Begin}\n{string.Join('\n', lines)}\n{End}\n",
            $"key: |\r\n    {Begin}\r\n    {string.Join("\r\n    ", lines)}\r\n    {End}\r\n",
            $"\"key\": \"{Begin}\\n{string.Join("\\n", lines)}\\n{End}\\n\"",
            $"var k = \"{Begin}\\n\" +\n  \"{string.Join("\\n\" +\n  \"", lines)}\\n\" +\n  \"{End}\";",
            $"// {Begin}\n// {string.Join("\n// ", lines)}\n// {End}\n",
        ];

        Assert.Single(forms.Select(f => Assert.Single(SecretScans.Scan(f), s => s.Rule.Id == "private-key").Value).Distinct());
    }

    [Theory]
    [InlineData("https://example.tines.com/webhook/<lower:32>/<lower:32>", true)]
    [InlineData("https://acme.tines.com/webhook/<lower:32>/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false)]
    public void Scan_TenantNamedAfterAnExample_StillGivesItsHookAway(string template, bool found) =>
        Assert.Equal(found, SecretScans.Scan(SampleExpander.Expand(template, "hook")).Any(s => s.Rule.Id == "tines-webhook-url"));

    [Theory]
    [InlineData("Rh6l3OuwXa/GWTPUZHP/6YmklR/DiZ7FURA3Qdvm", true)]
    [InlineData("src/Sentinel/Api/Tokens/V2/TokenStore", false)]
    public void Scan_ManyStrokes_AreAPathOnlyBetweenWords(string value, bool found) =>
        Assert.Equal(found, SecretScans.Scan($"poly_secret_token = \"{value}\"").Count > 0);

    [Theory]
    [InlineData("password = \"hunter2hunter2\"")]
    [InlineData("\"integrity\": \"sha512-<alnum:86>==\"")]
    [InlineData("commit: <hex:40>")]
    [InlineData("api_key = \"${API_KEY_FROM_THE_VAULT_12}\"")]
    [InlineData("secret_key_path = \"/etc/ssl/private/server-2024-01.key\"")]
    [InlineData("var tokenFactory = new TokenFactoryForTests2(settings);")]
    [InlineData("public const string TokenEndpoint = \"oauth2/v1/token-endpoint-2\";")]
    [InlineData("passwordHash: \"<mixed:44>\"")]
    [InlineData("requestToken: \"<uuid>\"")]
    public void Scan_WhatIsRandomButNoSecret_IsSilent(string template) =>
        Assert.Empty(SecretScans.Scan(SampleExpander.Expand(template, "silent"), "src/Settings.cs"));

    [Fact]
    public void Scan_MinifiedBundle_GenericRuleIsSilent()
    {
        var value = SampleExpander.Expand("<mixed:32>", "bundle");
        var line = new string('a', 4000) + $";var apiKey=\"{value}\";" + new string('b', 4000);

        Assert.Empty(SecretScans.Scan(line, "dist/app.min.js"));
        Assert.Single(SecretScans.Scan($"var apiKey=\"{value}\";", "src/app.js"));
    }

    [Fact]
    public void Scan_HostileTextOfKeywords_EndsInTime()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var words = SecretRuleSet.BuiltIn.Rules.SelectMany(r => r.Data.Keywords).Distinct().ToArray();
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(string.Join(' ', words) + "=", 3000)).AsSpan(0, 2_000_000).ToString());

        SecretScanner.Scan(text, "a.txt", SecretRuleSet.BuiltIn, limit.Token);
    }

    [Fact]
    public void Scan_Cancelled_Stops()
    {
        var text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("ghp_ ", 100_000)));

        Assert.Throws<OperationCanceledException>(() => SecretScanner.Scan(text, "a.txt", SecretRuleSet.BuiltIn, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void With_FaultyRules_NamesEveryFaultWithItsPlace()
    {
        var fault = Assert.Throws<SecretRuleException>(() => SecretScans.With("""
              - id: acme-one
                title: One
                severity: high
                confidence: high
                keywords: [acme]
                pattern: '(a'
              - id: github-pat
                title: Two
                severity: high
                confidence: high
                keywords: [acme]
                value: 'x{20}'
                parts: [{ name: id, rule: no-such-rule }]
            """));

        Assert.Contains(fault.Faults, f => f.StartsWith("acme.yaml:4: 'pattern' is not a linear-time regular expression", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("'github-pat' is used twice", StringComparison.Ordinal));
        Assert.Contains(fault.Faults, f => f.Contains("'no-such-rule'", StringComparison.Ordinal));
    }

    private static IReadOnlyList<Sentinel.Scanning.Finding> Analyze(Sentinel.Scanning.SourceFile file) =>
        new SecretAnalyzer().AnalyzeAsync(file, new Sentinel.Scanning.AnalysisContext(new byte[32]), TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();

    [Theory]
    [InlineData("ghp_<github-token>", Confidence.High, false)]
    [InlineData("ghp_<alnum:36>", Confidence.Low, true)]
    public async Task Finding_WithoutTheChecksumOfItsFormat_SaysWhyItIsDoubtful(string sample, Confidence confidence, bool doubtful)
    {
        var file = SourceFile.FromText("a.ini", $"token = {SampleExpander.Expand(sample, "doubt")}\n");

        var finding = Assert.Single(await new SecretAnalyzer().AnalyzeAsync(file, new AnalysisContext(new byte[32]), TestContext.Current.CancellationToken));

        Assert.Equal(("github-pat", confidence), (finding.RuleId, finding.Confidence));
        Assert.Equal(doubtful, finding.Message.EndsWith(" Its checksum does not fit, so it was probably made up or cut.", StringComparison.Ordinal));
    }
}
