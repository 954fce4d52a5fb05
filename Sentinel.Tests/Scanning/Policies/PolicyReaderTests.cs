using System.Diagnostics;
using System.Text;
using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>What a file means, and what is said of one that means nothing.</summary>
public sealed class PolicyReaderTests
{
    public static TheoryData<string> HostileContents() => [.. HostileInput.All.Keys];

    [Fact]
    public void Read_FileWithEverything_GivesEverything()
    {
        var reading = PolicyText.Read(PolicyText.Full);

        Assert.Equal([], reading.Errors);
        var policy = reading.Policy;
        Assert.Equal(new PolicyGate { Severity = Severity.Critical, Confidence = Confidence.High, OnlyNew = false }, policy.Gate);
        Assert.Equal(["src/**"], policy.Paths.Include.Select(g => g.Pattern));
        Assert.Equal(["**/*.min.js", "vendor/"], policy.Paths.Exclude.Select(g => g.Pattern));
        Assert.Equal(
            [
                new PolicySuppression
                {
                    Rule = "unpinned-uses", Path = Glob.Parse(".github/workflows/release.yml"), Reason = "Our own actions, released with the same review.", Expires = new DateOnly(2027, 1, 31),
                },
                new PolicySuppression { Rule = "github-pat", Fingerprint = new string('a', 64), Reason = "Revoked on the day it leaked." },
            ],
            policy.Suppressions.AsEnumerable());
        Assert.Equal(new PolicyComments { MinimumSeverity = Severity.High, Maximum = 3, MinimumActedOn = 25 }, policy.Comments);
        Assert.Equal(new PolicyAi { Explain = true, Fix = false }, policy.Ai);
    }

    [Fact]
    public void Read_VersionAlone_IsTheDefault()
    {
        var reading = PolicyText.Read("version: 1\n");

        Assert.Equal([], reading.Errors);
        Assert.Equal(
            (Severity.High, Confidence.Medium, true, Severity.Medium, 10, true, true),
            (reading.Policy.Gate.Severity!.Value, reading.Policy.Gate.Confidence, reading.Policy.Gate.OnlyNew, reading.Policy.Comments.MinimumSeverity, reading.Policy.Comments.Maximum, reading.Policy.Ai.Explain, reading.Policy.Ai.Fix));
        Assert.Empty(reading.Policy.Paths.Include.Concat(reading.Policy.Paths.Exclude));
        Assert.Empty(reading.Policy.Suppressions);
    }

    [Fact]
    public void Read_GateThatNothingCloses_HasNoSeverity() => Assert.Null(PolicyText.Policy("gate: { severity: none }").Gate.Severity);

    [Fact]
    public void Read_PlacesOfKeys_AreThoseOfTheFile()
    {
        var reading = PolicyText.Read(PolicyText.Full);

        Assert.Equal(new Region(3, 3, 3, 11), reading.PlaceOf("gate.severity"));
        Assert.Equal(new Region(11, 7, 11, 14), reading.PlaceOf("paths.exclude[1]"));
        Assert.Equal(17, reading.PlaceOf("suppressions[1]").StartLine);
        Assert.Equal(new Region(6, 1, 6, 6), reading.PlaceOf("paths.exclusions"));
        Assert.Equal(new Region(1, 1, 1, 1), reading.PlaceOf("nothing.of.the.kind"));
    }

    [Theory]
    [InlineData("gate:\n  severty: high\n", "2:3: gate has no key 'severty'. Did you mean severity?")]
    [InlineData("gate:\n  onlyNew: true\n", "2:3: gate has no key 'onlyNew'. Did you mean only-new?")]
    [InlineData("exclude: [a]\n", "1:1: The file has no key 'exclude'. Its keys are version, gate, paths, suppressions, comments, ai.")]
    [InlineData("gate:\n  severity: hgih\n", "2:13: gate.severity is 'hgih'. Did you mean high? Write none, info, low, medium, high or critical.")]
    [InlineData("gate:\n  severity: High\n", "2:13: gate.severity is 'High'. Did you mean high? Write none, info, low, medium, high or critical.")]
    [InlineData("gate:\n  severity: 4\n", "2:13: gate.severity is '4'. Write none, info, low, medium, high or critical.")]
    [InlineData("gate:\n  severity: [high]\n", "2:13: gate.severity is a list. Write none, info, low, medium, high or critical.")]
    [InlineData("gate:\n  only-new: yes\n", "2:13: gate.only-new is 'yes'. Write true or false, without quotes.")]
    [InlineData("gate:\n  only-new: \"true\"\n", "2:13: gate.only-new is 'true'. Write true or false, without quotes.")]
    [InlineData("gate: high\n", "1:7: gate is 'high'. Write keys below it (severity, confidence, only-new), or leave it out.")]
    [InlineData("gate:\n", "1:6: gate is nothing. Write keys below it (severity, confidence, only-new), or leave it out.")]
    [InlineData("paths:\n  exclude: vendor/\n", "2:12: paths.exclude is 'vendor/'. Write a list: one line for each entry, beginning with a dash.")]
    [InlineData("paths:\n  exclude:\n    - /vendor\n", "3:7: The pattern '/vendor' begins with a slash. Paths begin in the root of the repository: leave the slash out.")]
    [InlineData("paths:\n  include: ['a/../b']\n", "2:13: The pattern 'a/../b' has a part . or .. in it. Write the path from the root of the repository.")]
    [InlineData("paths:\n  include: ['*.{js,ts}']\n", "2:13: The pattern '*.{js,ts}' has a brace. Write one pattern for each alternative.")]
    [InlineData("paths:\n  include: ['src**']\n", "2:13: In the pattern 'src**' two stars are not a whole name. Write * for a part of a name, and ** between slashes for folders.")]
    [InlineData("suppressions:\n  - rule: sudo\n", "2:5: suppressions[0] has no reason. Why, for whoever reads it in a year. Write reason: …")]
    [InlineData("suppressions:\n  - {rule: a b, reason: x}\n", "2:12: 'a b' is no rule's id. Write the id as a report shows it, for instance unpinned-uses.")]
    [InlineData("suppressions:\n  - {rule: 7, reason: x}\n", "2:12: suppressions[0].rule is '7', which is no text. Write it in quotes.")]
    [InlineData("suppressions:\n  - {rule: a, reason: true}\n", "2:23: suppressions[0].reason is 'true', which is no text. Write it in quotes.")]
    [InlineData("suppressions:\n  - {rule: a, reason: null}\n", "2:23: suppressions[0].reason is nothing. Why, for whoever reads it in a year.")]
    [InlineData("suppressions:\n  - {rule: a, reason: ' '}\n", "2:23: The reason is empty. Say why this is allowed.")]
    [InlineData("suppressions:\n  - {rule: a, reason: x, expires: 2027-02-30}\n", "2:35: '2027-02-30' is no day. Write year, month and day, for instance 2027-01-31.")]
    [InlineData("suppressions:\n  - {rule: a, reason: x, fingerprint: abc}\n", "2:39: 'abc' is no fingerprint. Copy its 64 hexadecimal digits from the finding.")]
    [InlineData("comments:\n  maximum: 51\n", "2:12: comments.maximum is '51'. Write a whole number from 0 to 50.")]
    [InlineData("comments:\n  maximum: -1\n", "2:12: comments.maximum is '-1'. Write a whole number from 0 to 50.")]
    [InlineData("comments:\n  maximum: 99999999999999999999\n", "2:12: comments.maximum is '99999999999999999999'. Write a whole number from 0 to 50.")]
    [InlineData("comments:\n  minimum-acted-on: 101\n", "2:21: comments.minimum-acted-on is '101'. Write a whole number from 0 to 100.")]
    [InlineData("comments:\n  minimum-acted-on: 10%\n", "2:21: comments.minimum-acted-on is '10%'. Write a whole number from 0 to 100.")]
    [InlineData("gate: &a\n  severity: low\n", "1:7: The anchor '&a' is not allowed. Delete it.")]
    [InlineData("gate:\n  severity: !!str low\n", "2:13: The tag 'tag:yaml.org,2002:str' is not allowed. Delete it.")]
    [InlineData("gate:\n  severity: !!python/object:os.system low\n", "2:13: The tag 'tag:yaml.org,2002:python/object:os.system' is not allowed. Delete it.")]
    [InlineData("ai: {fix: true}\nai: {fix: false}\n", "2:1: The key 'ai' stands on line 1 already. Keep one of the two.")]
    [InlineData("? [a]\n: b\n", "1:3: A key cannot be a list. Write a word before the colon.")]
    [InlineData("ai: {fix: true}\n---\nai: {fix: true}\n", "2:1: A second document begins here. Keep one document in the file.")]
    [InlineData("ai: [[[[[[[[[x]]]]]]]]]\n", "1:12: This is nested deeper than 8 levels. Make it smaller; the rest was not read.")]
    public void Read_Fault_IsToldWithItsPlaceAndTheRemedy(string text, string expected)
    {
        var reading = PolicyText.Read(text.EndsWith("]]]\n", StringComparison.Ordinal) || text.Contains("---", StringComparison.Ordinal) ? text : text + "version: 1\n");

        Assert.Equal(expected, Assert.Single(reading.Errors).ToString());
        Assert.Same(RepositoryPolicy.Default, reading.Policy);
    }

    [Theory]
    [InlineData("gate:\n  severity: low\n", "1:1: The file has no version. The version of this format: 1. Write version: 1")]
    [InlineData("version: 2\n", "1:10: version is '2'. Write 1: this Sentinel reads no other.")]
    [InlineData("version: '1'\n", "1:10: version is '1'. Write 1: this Sentinel reads no other.")]
    [InlineData("", "1:1: The file is empty. Write version: 1 and what differs from the defaults, or delete the file.")]
    [InlineData("# only a comment\n", "1:1: The file is empty. Write version: 1 and what differs from the defaults, or delete the file.")]
    [InlineData("- a\n", "1:1: The file is a list. Write keys below it (version, gate, paths, suppressions, comments, ai), or leave it out.")]
    [InlineData("version: 1\ngate: {severity: high\n", "3:1: This is not valid YAML. Look at the indentation, the colons and the quotes of this line and the one before it.")]
    [InlineData("version: 1\n\tgate: 1\n", "2:1: This is not valid YAML. Look at the indentation, the colons and the quotes of this line and the one before it.")]
    public void Read_NoPolicy_IsToldWithItsPlaceAndTheRemedy(string text, string expected) =>
        Assert.Equal(expected, Assert.Single(PolicyText.Read(text).Errors).ToString());

    [Fact]
    public void Read_SeveralFaults_AreAllToldInTheOrderOfTheFile()
    {
        var reading = PolicyText.Read("version: 3\ngate: {severity: bad, only-new: 1}\nsuppressions:\n  - rule: A\n");

        Assert.Equal(["1:10", "2:18", "2:33", "4:5", "4:11"], reading.Errors.Select(e => $"{e.Line}:{e.Column}"));
    }

    [Fact]
    public void Read_MoreFaultsThanAnybodyReads_AreCounted()
    {
        var reading = PolicyText.Read("version: 1\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"unknown{i}: 1\n")));

        Assert.Equal(51, reading.Errors.Count);
        Assert.Equal("There are 150 more errors.", reading.Errors[^1].Message);
    }

    [Fact]
    public void Read_MoreSuppressionsThanAllowed_IsAnError()
    {
        var reading = PolicyText.Read("version: 1\nsuppressions:\n" + string.Concat(Enumerable.Repeat("  - {rule: a, reason: x}\n", 501)));

        Assert.Equal("suppressions has 501 entries.", Assert.Single(reading.Errors).Message);
    }

    [Fact]
    public void Read_FileOfOneMebibyte_IsRefusedUnread()
    {
        var content = Encoding.UTF8.GetBytes("version: 1\n#" + new string('x', 1024 * 1024));

        var reading = PolicyReader.Read(PolicyFile.Name, content, TestContext.Current.CancellationToken);

        Assert.Equal("The file has 1 MiB; a policy has at most 64 KiB.", Assert.Single(reading.Errors).Message);
        Assert.Same(RepositoryPolicy.Default, reading.Policy);
    }

    [Fact]
    public void Read_LargestFile_IsRead()
    {
        var content = Encoding.UTF8.GetBytes("version: 1\n#" + new string('x', PolicyFile.MaxBytes - 12));

        Assert.Equal([], PolicyReader.Read(PolicyFile.Name, content, TestContext.Current.CancellationToken).Errors);
        Assert.Single(PolicyReader.Read(PolicyFile.Name, [.. content, (byte)'x'], TestContext.Current.CancellationToken).Errors);
    }

    [Fact]
    public void Read_AnchorBomb_IsRefusedAtOnce()
    {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + string.Concat(Enumerable.Range(1, 200).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));
        var clock = Stopwatch.StartNew();

        var reading = PolicyText.Read(bomb);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
        Assert.Contains(reading.Errors, e => e.Message == "The anchor '&a0' is not allowed.");
        Assert.Contains(reading.Errors, e => e.Message == "The alias '*a0' stands for text elsewhere.");
        Assert.Same(RepositoryPolicy.Default, reading.Policy);
    }

    [Theory]
    [MemberData(nameof(HostileContents))]
    public void Read_HostileContent_EndsInTimeWithErrors(string name)
    {
        var all = HostileInput.All[name]();
        foreach (var length in new[] { all.Length, PolicyFile.MaxBytes, PolicyFile.MaxBytes / 7 })
        {
            var clock = Stopwatch.StartNew();

            var reading = PolicyReader.Read(PolicyFile.Name, all.AsSpan(0, Math.Min(length, all.Length)), TestContext.Current.CancellationToken);

            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"It took {clock.Elapsed}.");
            Assert.NotEmpty(reading.Errors);
            Assert.All(reading.Errors, e => Assert.True(e.Line >= 1 && e.Column >= 1 && e.Message.Length < 300 && e.Remedy.Length > 0, e.ToString()));
        }
    }

    [Fact]
    public void Read_AnyPartOfAFile_NeverThrows()
    {
        var bytes = Encoding.UTF8.GetBytes(PolicyText.Full);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var reading = PolicyReader.Read(PolicyFile.Name, bytes.AsSpan(0, length), TestContext.Current.CancellationToken);

            Assert.NotNull(reading.Policy);
        }
    }

    [Fact]
    public void Read_OtherEncoding_IsToldSo()
    {
        Assert.Equal("The file is not UTF-8.", Assert.Single(PolicyReader.Read(PolicyFile.Name, [0xFF, 0xFE, 0x61], TestContext.Current.CancellationToken).Errors).Message);
        Assert.Equal([], PolicyReader.Read(PolicyFile.Name, [0xEF, 0xBB, 0xBF, .. "version: 1"u8], TestContext.Current.CancellationToken).Errors);
    }

    [Fact]
    public void Error_QuotedText_IsShortAndOnOneLine()
    {
        var error = Assert.Single(PolicyText.Read($"version: 1\ngate:\n  severity: \"\\e[31m\\n{new string('x', 500)}\"\n").Errors);

        Assert.Equal($"gate.severity is ' [31m {new string('x', 54)}…'.", error.Message);
    }
}
