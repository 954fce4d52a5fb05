using System.Text.Json.Nodes;
using Sentinel.Deployment.Checking;
using Sentinel.Deployment.Readiness;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

public sealed class CheckerTests : IDisposable
{
    private static readonly DateOnly Today = new(2026, 11, 24);

    // Of the shape that .NET Aspire's compose publisher writes: one network, starts instead of health, tags that move.
    private const string AsAspire = """
        services:
          dashboard:
            image: "registry.example/aspire-dashboard:latest"
            networks: ["aspire"]
            restart: "always"
          cache:
            image: "redis:latest"
            networks: ["aspire"]
          api:
            image: "registry.example/api:latest"
            environment:
              ASPNETCORE_ENVIRONMENT: "Development"
            depends_on:
              cache:
                condition: "service_started"
            networks: ["aspire"]
        networks:
          aspire:
            driver: "bridge"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-check-").FullName;

    [Fact]
    public void ForeignCompose_ShowsItsGaps()
    {
        var ids = Check(("docker-compose.yaml", AsAspire)).Select(f => f.Rule.Id).Distinct().ToArray();

        Assert.Superset(new HashSet<string> { "C1", "C2", "C4", "C7", "C8", "C9", "C12", "C15", "X4", "X8" }, ids.ToHashSet());
    }

    [Fact]
    public void Rules_EachHaveWords()
    {
        Assert.All(Checker.Rules, r => Assert.True(r.Demand.EndsWith('.') && r.Reason.Length > 10 && Uri.IsWellFormedUriString(r.Source, UriKind.Absolute), r.Id));
        Assert.Equal(Checker.Rules.Count, Checker.Rules.DistinctBy(r => r.Id).Count());
    }

    [Theory]
    [InlineData("a: *x\n")]
    [InlineData("a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n")]
    [InlineData("a: [\n")]
    public void Verb_UnreadableFile_IsNamedAndNothingElseIsLost(string text)
    {
        Write("broken.yaml", text);
        Write("docker-compose.yaml", AsAspire);

        var (exitCode, output, error) = Run(_folder);

        Assert.Equal(CheckVerb.Unreadable, exitCode);
        Assert.Contains("broken.yaml", error, StringComparison.Ordinal);
        Assert.Contains("error C2: api: it waits for the start of cache", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_AreRead_AsComposeFilesUseThem()
    {
        var ids = Check(("docker-compose.yaml", "x-safe: &safe\n  cap_drop: [ALL]\n  security_opt: [\"no-new-privileges:true\"]\n  read_only: true\n  init: true\nservices:\n  a:\n    <<: *safe\n    image: registry.example/a:1\n")).Select(f => f.Rule.Id).ToArray();

        Assert.DoesNotContain("C7", ids);
        Assert.Contains("C8", ids);
    }

    [Fact]
    public void ShortFormsOfCloudFormation_AreRead()
    {
        const string Template = "Resources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      VpcId: !Ref Vpc\n      GroupDescription: !Sub \"${Missing} x\"\n      SecurityGroupEgress: []\n";

        Assert.Equal(["there is no 'Missing'", "there is no 'Vpc'"], Check(("t.yaml", Template)).Where(f => f.Rule.Id == "A16").Select(f => f.Message).Order());
    }

    [Fact]
    public void Verb_DeepNesting_EndsWithAFault()
    {
        Write("deep.yaml", string.Concat(Enumerable.Repeat("[", 100_000)));

        var (exitCode, _, error) = Run(_folder);

        Assert.Equal(CheckVerb.Unreadable, exitCode);
        Assert.Contains("nests deeper", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verb_PathThatIsNotThere_IsAFault() => Assert.Equal(CheckVerb.Unreadable, Run(Path.Combine(_folder, "nowhere")).ExitCode);

    [Fact]
    public void Verb_Errors_EndWithOneAndAreInTheSarif()
    {
        Write("docker-compose.yaml", AsAspire);
        var sarif = Path.Combine(_folder, "out.sarif");

        Assert.Equal(CheckVerb.Broken, CheckVerb.Run([_folder], null, sarif, Today, TextWriter.Null, TextWriter.Null));

        var run = JsonNode.Parse(File.ReadAllText(sarif))!["runs"]![0]!;
        var rules = run["tool"]!["driver"]!["rules"]!.AsArray();
        Assert.All(run["results"]!.AsArray(), r => Assert.Equal((string)r!["ruleId"]!, (string)rules[(int)r["ruleIndex"]!]!["id"]!));
        Assert.Contains(run["results"]!.AsArray(), r => (string)r!["ruleId"]! == "C2" && (int)r["locations"]![0]!["physicalLocation"]!["region"]!["startLine"]! == 15);
    }

    [Fact]
    public async Task Sarif_FitsItsSchema()
    {
        var schema = await NJsonSchema.JsonSchema.FromFileAsync(Path.Combine(SharedFiles.Require("schemas"), "sarif", "sarif-schema-2.1.0.oasis.json"), TestContext.Current.CancellationToken);

        Assert.Empty(schema.Validate(CheckReport.Sarif(Check(("docker-compose.yaml", AsAspire)), "1.0.0")));
    }

    [Fact]
    public void Exemption_PastItsDay_ExemptsNoMore()
    {
        const string Text = "exemptions:\n  - rule: C15\n    path: docker-compose.yaml\n    reason: on its way out\n    expires: 2026-11-24\n";
        var file = CheckedFile.Parse("x/docker-compose.yaml", AsAspire);

        Assert.Equal("on its way out", Checker.Check([file], Exemptions.Parse("e", Text), Today).Single(f => f.Rule.Id == "C15").Exemption);
        Assert.Null(Checker.Check([file], Exemptions.Parse("e", Text), Today.AddDays(1)).Single(f => f.Rule.Id == "C15").Exemption);
    }

    [Fact]
    public void Exemptions_WithFaults_NameThemAll()
    {
        var fault = Assert.Throws<FormatException>(() => Exemptions.Parse(
            "e.yaml", "exemptions:\n  - rule: C15\n    path: x\n  - rule: Q9\n    path: x\n    reason: r\n    expires: 2027-01-01\n  - rule: C1\n    path: x\n    reason: r\n    expires: soon\n"));

        Assert.Equal(
            ["e.yaml, line 2: the exemption has no reason and no expires.", "e.yaml, line 4: there is no rule 'Q9'.", "e.yaml, line 8: 'soon' is no date like 2027-06-30."],
            fault.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void Explain_SaysWhatARuleIsFor()
    {
        Assert.Contains("Source: https://", CheckReport.Explain("k12"), StringComparison.Ordinal);
        Assert.Null(CheckReport.Explain("K999"));
    }

    [Fact]
    public async Task Doctor_OurDeployments_HoldEveryLine()
    {
        var deploy = Path.Combine(SharedFiles.RepositoryRoot, "deploy");
        using var output = new StringWriter();

        var exitCode = await DoctorVerb.RunAsync([deploy, Path.Combine(SharedFiles.RepositoryRoot, ".github")], null, Today, output, TextWriter.Null, TestContext.Current.CancellationToken);

        Assert.True(exitCode == 0, output.ToString());
        Assert.Contains("10 hold, 0 do not, 0 cannot be told from here.", output.ToString(), StringComparison.Ordinal);
        Assert.Matches("[1-9][0-9] indexes", output.ToString());
    }

    [Fact]
    public async Task Doctor_BrokenDeployment_SaysWhere()
    {
        Write("docker-compose.yaml", AsAspire);
        using var output = new StringWriter();

        Assert.Equal(1, await DoctorVerb.RunAsync([_folder], new Uri("http://127.0.0.1:9"), Today, output, TextWriter.Null, TestContext.Current.CancellationToken));

        Assert.Contains("[FAIL] The database is private", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("[FAIL] It answers, and so do its database and queue", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("[?]    Data is backed up", output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IReadOnlyList<CheckFinding> Check(params (string Path, string Text)[] files) =>
        Checker.Check([.. files.Select(f => CheckedFile.Parse(f.Path, f.Text))], Exemptions.None, Today);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private static (int ExitCode, string Output, string Error) Run(string path)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (CheckVerb.Run([path], null, null, Today, output, error), output.ToString(), error.ToString());
    }
}
