using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

/// <summary>The templates for AWS: their types by AWS' own specification, their posture by AWS Control Tower's rules, their references by us.</summary>
public sealed partial class CloudFormationTests
{
    private static readonly string Deploy = Path.Combine(SharedFiles.RepositoryRoot, "deploy");

    // What Control Tower asks for and cannot be had, with the reason.
    private static readonly Dictionary<string, string> Exempt = new()
    {
        ["CT.S3.PR.2"] = "access logs of the bucket of access logs would need another such bucket",
        ["CT.S3.PR.4"] = "nothing listens to what load balancers write",
        ["CT.S3.PR.9"] = "an object lock would keep logs beyond the year that the life cycle gives them",
        ["CT.S3.PR.10"] = "load balancers cannot write to buckets encrypted with a key of one's own",
        ["CT.S3.PR.11"] = "as CT.S3.PR.10",
        ["CT.RDS.PR.30"] = "the key is there, and is another stack's",
        ["CT.ECS.PR.3 ecs/services-shipping.yaml"] = "FireLens runs its log router as root",
        ["CT.ECS.PR.6 ecs/services-shipping.yaml"] = "FireLens writes into its log router's file system",
        ["CT.EC2.PR.9"] = "one instance without a load balancer has a public address or none can reach it",
        ["CT.EC2.PR.15"] = "the type is a parameter; its default is of the Nitro system",
        ["CT.AUTOSCALING.PR.1"] = "the data's volume is in one zone, and so is the instance that has it",
        ["CT.AUTOSCALING.PR.6"] = "a group of one is for self-healing, not for price",
        ["CT.RDS.PR.20"] = "the port is the app model's; who reaches it is the security group's business",
    };

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Template_FitsAwsSpecification(string file) => Assert.Equal("", await DeploymentTools.ValidateAsync("cloudformation", [Path.Combine(Deploy, file)]));

    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Template_FitsControlTowersRules(string file)
    {
        var package = await DeploymentTools.CfnGuardAsync();
        var guard = Path.Combine(package, "bin", "ubuntu", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64", "cfn-guard");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "cfn-guard is fetched for Linux only.");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(guard, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var (_, output) = await DeploymentTools.RunAsync(guard, ["validate", "--data", Path.Combine(Deploy, file), "--structured", "--show-summary", "none", "--output-format", "json", "--rules", Path.Combine(package, "rules", "control-tower", "cfn-guard")], package);

        var report = JsonNode.Parse(output)![0]!;
        var failed = report["not_compliant"]!.AsArray().Select(r => GuardRule().Match(r!.ToJsonString()).Value).Where(id => !Exempt.ContainsKey(id) && !Exempt.ContainsKey($"{id} {file}"));
        Assert.NotEmpty(report["compliant"]!.AsArray());
        Assert.Equal("", string.Join(", ", failed));
    }

    /// <summary>Larger ones would have to be put into a bucket first: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html.</summary>
    [Theory]
    [MemberData(nameof(Templates))]
    public void Template_IsSmallEnoughToBeSent(string file) => Assert.InRange(new FileInfo(Path.Combine(Deploy, file)).Length, 1, 51_200);

    /// <summary>What the specification does not say of texts: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html, https://docs.aws.amazon.com/dlm/latest/APIReference/API_CreateLifecyclePolicy.html.</summary>
    [Theory]
    [MemberData(nameof(Templates))]
    public async Task Descriptions_HaveOnlyCharactersThatAwsTakes(string file)
    {
        var resources = ManifestYaml.Read(await AppModel.TextAsync(file)).Single()["Resources"]!.AsObject().Select(r => r.Value!).ToArray();
        var groups = resources.Where(r => ((string)r["Type"]!).StartsWith("AWS::EC2::SecurityGroup", StringComparison.Ordinal)).Select(r => r["Properties"]!).ToArray();
        var texts = groups.SelectMany(g => new[] { g["GroupDescription"], g["Description"] }).Concat(groups.SelectMany(g => (g["SecurityGroupIngress"]?.AsArray() ?? []).Concat(g["SecurityGroupEgress"]?.AsArray() ?? [])).Select(r => r!["Description"])).OfType<JsonNode>();

        Assert.All(texts, t => Assert.Matches(@"^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}$", (string)t!));
        Assert.All(resources.Where(r => (string)r["Type"]! == "AWS::DLM::LifecyclePolicy"), r => Assert.Matches("^[0-9A-Za-z _-]{1,500}$", (string)r["Properties"]!["Description"]!));
        Assert.All(resources.Where(r => (string)r["Type"]! == "AWS::IAM::Role" && r["Properties"]!["Description"] is not null), r => Assert.Matches(@"^[\t\n\r -~\u00A1-\u00FF]{0,1000}$", (string)r["Properties"]!["Description"]!));
    }

    [Fact]
    public async Task Templates_EveryReference_HasATarget()
    {
        var exports = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Files)
        {
            var template = ManifestYaml.Read(await AppModel.TextAsync(file)).Single();
            var names = template["Resources"]!.AsObject().Select(r => r.Key).Concat((template["Parameters"]?.AsObject() ?? []).Select(p => p.Key)).ToHashSet(StringComparer.Ordinal);
            Assert.All(References(template), r => Assert.True(names.Contains(r) || r.StartsWith("AWS::", StringComparison.Ordinal), $"{file}: {r}"));
            exports.UnionWith((template["Outputs"]?.AsObject() ?? []).Select(o => o.Key));
            Assert.All(Imports(template), i => Assert.Contains(i, exports));
            var used = References(template).ToHashSet(StringComparer.Ordinal);
            Assert.All((template["Parameters"]?.AsObject() ?? []).Select(p => p.Key), p => Assert.Contains(p, used));
        }
    }

    [Fact]
    public async Task Network_HasARuleForEachEdgeOfTheModel_AndNoOther()
    {
        var model = await AppModel.GetAsync();
        var resources = ManifestYaml.Read(await AppModel.TextAsync("ecs/platform.yaml")).Single()["Resources"]!.AsObject();
        var edges = resources.Where(r => (string)r.Value!["Type"]! == "AWS::EC2::SecurityGroupIngress" && r.Value["Properties"]!["SourceSecurityGroupId"] is not null)
            .Select(r => $"{Group(r.Value!, "SourceSecurityGroupId")}>{Group(r.Value!, "GroupId")}:{r.Value!["Properties"]!["FromPort"]}").Order(StringComparer.Ordinal);
        var expected = model.Services.SelectMany(s => s.Calls.Select(c => $"{Id(s.Name)}>{Id(c)}:{model.Service(c).Port}").Concat(s.Stores.Select(t => $"{Id(s.Name)}>{Id(t)}:{model.Stores.Single(x => x.Name == t).Port}")))
            .Concat(model.Services.Where(s => s.Public).Select(s => $"LoadBalancer>{Id(s.Name)}:{s.Port}")).Order(StringComparer.Ordinal);

        Assert.Equal(expected, edges);
        // From everywhere only to the load balancer.
        Assert.All(
            resources.Where(r => (string?)r.Value!["Properties"]?["CidrIp"] == "0.0.0.0/0" && (string)r.Value["Type"]! == "AWS::EC2::SecurityGroupIngress"),
            r => Assert.Equal("LoadBalancer", Group(r.Value!, "GroupId")));
    }

    [Theory]
    [InlineData("ecs/services.yaml")]
    [InlineData("ecs/services-shipping.yaml")]
    public async Task Tasks_HaveWhatTheModelSays(string services)
    {
        var model = await AppModel.GetAsync();
        var tasks = new List<JsonNode>();
        foreach (var file in new[] { "ecs/platform.yaml", services })
            tasks.AddRange(ManifestYaml.Read(await AppModel.TextAsync(file)).Single()["Resources"]!.AsObject().Select(r => r.Value!).Where(r => (string)r["Type"]! == "AWS::ECS::TaskDefinition"));

        Assert.Equal(model.Services.Count, tasks.Count);
        foreach (var service in model.Services)
        {
            var container = tasks.Select(t => t["Properties"]!["ContainerDefinitions"]![0]!).Single(c => (string)c["Name"]! == service.Name);
            var keys = container["Environment"]!.AsArray().Concat(container["Secrets"]?.AsArray() ?? []).Select(v => (string)v!["Name"]!).ToArray();
            Assert.All(service.Variables, v => Assert.Contains(v.Name, keys));
            Assert.Equal(("1654", true), ((string)container["User"]!, (bool)container["ReadonlyRootFilesystem"]!));
            Assert.Equal(service.GraceSeconds, (long)container["StopTimeout"]!);
            Assert.All(service.Variables.Where(v => v.Value is SecretValue), v => Assert.Contains(container["Secrets"]!.AsArray(), s => (string)s!["Name"]! == v.Name));
        }
    }

    /// <summary>CloudWatch takes the queue's length from lines that the workers write: the names must be the same on both sides.</summary>
    [Fact]
    public async Task Metrics_AreTakenFromFieldsThatTheWorkersWrite()
    {
        var templates = typeof(Sentinel.Data.SentinelDbContext).Assembly.GetTypes().SelectMany(t => t.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()?.Message).OfType<string>().ToArray();
        var resources = ManifestYaml.Read(await AppModel.TextAsync("ecs/services.yaml")).Single()["Resources"]!.AsObject();
        var filters = resources.Where(r => (string)r.Value!["Type"]! == "AWS::Logs::MetricFilter").Select(r => ((string)r.Value!["Properties"]!["MetricTransformations"]![0]!["MetricValue"]!)[2..]).ToArray();

        Assert.Equal(3, filters.Length);
        Assert.All(filters, f => Assert.Contains(templates, t => t.Contains($"{{{f}}}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Scripts_AreFitForEveryShell()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/shellcheck"), "shellcheck is not installed");
        var scripts = (await AppModel.FilesAsync()).Where(f => f.Path.EndsWith(".sh", StringComparison.Ordinal)).Select(f => Path.Combine(Deploy, f.Path)).ToArray();
        Assert.Equal(4, scripts.Length);
        Assert.Equal((0, ""), await DeploymentTools.RunAsync("shellcheck", ["--severity=style", "--exclude=SC1091", .. scripts], Deploy));
    }

    public static TheoryData<string> Templates() => [.. Files];

    private static readonly string[] Files = ["ecs/foundation.yaml", "ecs/platform.yaml", "ecs/services.yaml", "ecs/services-shipping.yaml", "ec2/sentinel.yaml"];

    private static string Group(JsonNode rule, string key) => ((string)rule["Properties"]![key]!["Fn::GetAtt"]![0]!).Replace("SecurityGroup", "", StringComparison.Ordinal);

    private static string Id(string name) => string.Concat(name.Split('-').Select(p => char.ToUpperInvariant(p[0]) + p[1..]));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } map when map["Ref"] is { } name => [(string)name!],
        JsonObject { Count: 1 } map when map["Fn::GetAtt"] is JsonArray path => [(string)path[0]!],
        JsonObject { Count: 1 } map when map["Fn::Sub"] is JsonValue text => Names((string)text!),
        JsonObject { Count: 1 } map when map["Fn::Sub"] is JsonArray parts => Names((string)parts[0]!).Except(parts[1]!.AsObject().Select(p => p.Key)).Concat(References(parts[1])),
        JsonObject map => map.SelectMany(m => m.Key == "DependsOn" && m.Value is JsonValue ? [(string)m.Value!] : References(m.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    private static IEnumerable<string> Imports(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } map when map["Fn::ImportValue"] is { } import => [((string)import["Fn::Sub"]!).Split("}-")[1]],
        JsonObject map => map.SelectMany(m => Imports(m.Value)),
        JsonArray list => list.SelectMany(Imports),
        _ => [],
    };

    private static IEnumerable<string> Names(string text) => Placeholder().Matches(text).Select(m => m.Groups[1].Value.Split('.')[0]);

    [GeneratedRegex(@"\$\{([A-Za-z0-9:.]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"CT\.[A-Z0-9]+\.PR\.[0-9]+")]
    private static partial Regex GuardRule();
}
