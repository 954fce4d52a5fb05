using System.Globalization;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.LogShipping;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>What Fargate runs, as whom, and with which secrets.</summary>
/// <param name="find">Where a resource's value is found: in the same template, or exported by another.</param>
/// <param name="shipsLogs">Whether a log router runs beside each.</param>
internal sealed class AwsTasks(DeploymentModel model, Func<string, JsonNode> find, bool shipsLogs = false)
{
    /// <summary>Where services find each other.</summary>
    public const string PrivateDomain = "sentinel.internal";

    // What the log router is given, in MiB.
    private const int RouterMemory = 128;

    // Sizes that Fargate has: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html.
    private static readonly (int Cpu, int[] Memory)[] Sizes =
    [
        (256, [512, 1024, 2048]), (512, [1024, 2048, 3072, 4096]), (1024, [2048, 3072, 4096, 5120, 6144, 7168, 8192]), (2048, [4096, 8192, 16384]), (4096, [8192, 16384, 30720]),
    ];

    public void Add(CloudFormationTemplate template, ServiceModel service)
    {
        var id = Id(service.Name);
        AddRoles(template, service);
        var (cpu, memory) = Size(service);
        var volumes = new List<string> { "tmp" };
        if (service.Tools.Contains("git")) volumes.Add("cache");
        template.Resource($"{id}Task", "AWS::ECS::TaskDefinition", new JsonObject
        {
            ["Family"] = $"{model.Name}-{service.Name}",
            ["RequiresCompatibilities"] = List("FARGATE"),
            ["NetworkMode"] = "awsvpc",
            ["RuntimePlatform"] = new JsonObject { ["CpuArchitecture"] = "X86_64", ["OperatingSystemFamily"] = "LINUX" },
            ["Cpu"] = Number(cpu),
            ["Memory"] = Number(memory),
            ["ExecutionRoleArn"] = Attribute($"{id}ExecutionRole", "Arn"),
            ["TaskRoleArn"] = Attribute($"{id}TaskRole", "Arn"),
            ["Volumes"] = Items(volumes.Select(v => (JsonNode)new JsonObject { ["Name"] = v })),
            ["ContainerDefinitions"] = shipsLogs ? Items(Container(service, memory - RouterMemory, volumes), Router(service)) : Items(Container(service, memory, volumes)),
        });
    }

    private JsonObject Container(ServiceModel service, int memory, IEnumerable<string> volumes)
    {
        var container = new JsonObject
        {
            ["Name"] = service.Name,
            ["Image"] = Image(service),
            ["Essential"] = true,
            ["User"] = Number(ContainerImages.UserId),
            ["ReadonlyRootFilesystem"] = true,
            ["Privileged"] = false,
            ["Memory"] = memory,
            ["StopTimeout"] = service.GraceSeconds,
            ["LinuxParameters"] = new JsonObject { ["InitProcessEnabled"] = true, ["Capabilities"] = new JsonObject { ["Drop"] = List("ALL") } },
            ["MountPoints"] = Items(volumes.Select(v => (JsonNode)new JsonObject { ["SourceVolume"] = v, ["ContainerPath"] = $"/{v}", ["ReadOnly"] = false })),
        };
        if (service.Arguments.Count > 0) container["Command"] = List(service.Arguments);
        if (service.Port > 0)
        {
            container["PortMappings"] = Items(new JsonObject { ["ContainerPort"] = service.Port, ["Protocol"] = "tcp" });
            container["HealthCheck"] = new JsonObject { ["Command"] = List("CMD", "dotnet", ContainerImages.Assembly(service), "--healthcheck"), ["Interval"] = 10, ["Timeout"] = 5, ["Retries"] = 6, ["StartPeriod"] = 60 };
        }
        container["Environment"] = Items(Environment(service).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (JsonNode)new JsonObject { ["Name"] = v.Key, ["Value"] = v.Value }));
        var secrets = Secrets(service).ToArray();
        if (secrets.Length > 0) container["Secrets"] = Items(secrets.Select(s => (JsonNode)new JsonObject { ["Name"] = s.Variable, ["ValueFrom"] = s.From }));
        container["LogConfiguration"] = shipsLogs ? new JsonObject { ["LogDriver"] = "awsfirelens" } : ToCloudWatch(service, service.Name);
        if (shipsLogs) container["DependsOn"] = Items(new JsonObject { ["ContainerName"] = FireLens.Image, ["Condition"] = "START" });
        return container;
    }

    private static JsonObject ToCloudWatch(ServiceModel service, string prefix) => new()
    {
        ["LogDriver"] = "awslogs",
        ["Options"] = new JsonObject { ["awslogs-group"] = Foundation.LogGroup(service.Name), ["awslogs-region"] = Ref("AWS::Region"), ["awslogs-stream-prefix"] = prefix },
    };

    // FireLens runs its router as root, and mounts what it makes for it into the router's file system.
    private JsonObject Router(ServiceModel service) => new()
    {
        ["Name"] = FireLens.Image,
        ["Image"] = Sub($"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{model.Name}-{FireLens.Image}:${{ImageTag}}"),
        ["Essential"] = true,
        ["User"] = "0",
        ["Privileged"] = false,
        ["ReadonlyRootFilesystem"] = false,
        ["Memory"] = RouterMemory,
        ["MemoryReservation"] = RouterMemory / 2,
        ["StopTimeout"] = service.GraceSeconds,
        ["FirelensConfiguration"] = new JsonObject
        {
            ["Type"] = "fluentbit",
            ["Options"] = new JsonObject { ["enable-ecs-log-metadata"] = "true", ["config-file-type"] = "file", ["config-file-value"] = Sub("/sentinel/${LogOutput}.conf") },
        },
        ["Environment"] = Items(new JsonObject { ["Name"] = "LOG_GROUP", ["Value"] = Foundation.LogGroup(service.Name) }, new JsonObject { ["Name"] = "SERVICE", ["Value"] = service.Name }),
        ["Secrets"] = Items(FireLens.Settings.Select(s => (JsonNode)new JsonObject { ["Name"] = s.ToUpperInvariant(), ["ValueFrom"] = Member(find(AwsStores.Settings), s) })),
        ["LogConfiguration"] = ToCloudWatch(service, FireLens.Image),
    };

    private static JsonObject Image(ServiceModel service) => Sub($"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{ContainerImages.Name(service)}:${{ImageTag}}");

    private IEnumerable<(string Key, JsonNode Value)> Environment(ServiceModel service)
    {
        foreach (var (key, value) in ServiceEnvironment.Common(service)) yield return (key, value);
        // The line that CloudWatch takes the queue's length from.
        if (service.Kind == ServiceKind.Worker) yield return ("Queue__LogDepth", "true");
        foreach (var variable in service.Variables)
        {
            switch (variable.Value)
            {
                case LiteralValue literal:
                    yield return (variable.Name, literal.Text);
                    break;
                case StoreAddress address:
                    yield return (variable.Name, Address(model.Stores.Single(s => s.Name == address.Store)));
                    break;
                case ServiceAddress address:
                    yield return (variable.Name, $"http://{address.Service}.{PrivateDomain}:{Number(model.Service(address.Service).Port)}");
                    break;
            }
        }
    }

    // RDS' certificates are signed by an authority of its own that no system knows, so that the connection is encrypted but its other
    // end not proved; within the VPC, and by security group, nobody else can be there. ElastiCache's are Amazon's public ones.
    private JsonObject Address(StoreModel store) => new()
    {
        ["Fn::Sub"] = new JsonArray(
            store.Kind == StoreKind.Postgres
                ? $"postgres://{store.User}@${{Host}}:{Number(store.Port)}/{store.Database}?sslmode=require"
                : $"rediss://${{Host}}:{Number(store.Port)}",
            new JsonObject { ["Host"] = find($"{Id(store.Name)}Address") }),
    };

    private IEnumerable<(string Variable, JsonNode From)> Secrets(ServiceModel service)
    {
        foreach (var variable in service.Variables)
        {
            if (variable.Value is not SecretValue value) continue;
            var secret = model.Secrets.Single(s => s.Name == value.Secret);
            if (secret.Generated) yield return (variable.Name, find(AwsStores.SecretId(secret)));
            else yield return (variable.Name, Member(find(AwsStores.Settings), secret.File));
        }
    }

    // One member of a secret that is a JSON object: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html.
    private static JsonObject Member(JsonNode secret, string member) => new() { ["Fn::Sub"] = new JsonArray($"${{Arn}}:{member}::", new JsonObject { ["Arn"] = secret }) };

    private void AddRoles(CloudFormationTemplate template, ServiceModel service)
    {
        var id = Id(service.Name);
        var secrets = service.Variables.Select(v => v.Value).OfType<SecretValue>().Select(v => model.Secrets.Single(s => s.Name == v.Secret))
            .Select(AwsStores.SecretId).Concat(shipsLogs ? [AwsStores.Settings] : []).Distinct().Order(StringComparer.Ordinal);
        template.Resource($"{id}ExecutionRole", "AWS::IAM::Role", new JsonObject
        {
            ["Description"] = $"Starts {service.Name}: pulls its image, reads its secrets, writes its logs",
            ["AssumeRolePolicyDocument"] = AssumedBy("ecs-tasks.amazonaws.com"),
            ["Policies"] = Items(new JsonObject
            {
                ["PolicyName"] = "start",
                ["PolicyDocument"] = Policy([
                    // The token names no repository: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html.
                    Allow(["ecr:GetAuthorizationToken"], "*"),
                    Allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Items(Images(service).Select(i => (JsonNode)Sub($"arn:${{AWS::Partition}}:ecr:${{AWS::Region}}:${{AWS::AccountId}}:repository/{i}")))),
                    Allow(["logs:CreateLogStream", "logs:PutLogEvents"], Foundation.LogGroupArn(service.Name)),
                    .. secrets.ToArray() is { Length: > 0 } names
                        ? [Allow(["secretsmanager:GetSecretValue"], Items(names.Select(find))), Allow(["kms:Decrypt"], Foundation.KeyArn())]
                        : Array.Empty<JsonNode>()]),
            }),
        });
        var role = new JsonObject
        {
            ["Description"] = $"{service.Name} itself: {(shipsLogs ? "its log router writes to CloudWatch" : "it calls nothing of AWS")}",
            ["AssumeRolePolicyDocument"] = AssumedBy("ecs-tasks.amazonaws.com"),
        };
        if (shipsLogs) role["Policies"] = Items(new JsonObject { ["PolicyName"] = "logs", ["PolicyDocument"] = Policy(Allow(["logs:CreateLogStream", "logs:PutLogEvents"], Foundation.LogGroupArn(service.Name))) });
        template.Resource($"{id}TaskRole", "AWS::IAM::Role", role);
    }

    private IEnumerable<string> Images(ServiceModel service) => shipsLogs ? [ContainerImages.Name(service), $"{model.Name}-{FireLens.Image}"] : [ContainerImages.Name(service)];

    private static (int Cpu, int Memory) Size(ServiceModel service)
    {
        // A task shares its processor with nobody, so it needs less than the limit it has where it does.
        foreach (var (cpu, memories) in Sizes.Where(s => s.Cpu * 1000 / 1024 >= service.Resources.CpuLimit / 2 - 50))
            if (memories.FirstOrDefault(m => m >= service.Resources.MemoryMiB) is > 0 and var memory) return (cpu, memory);
        throw new DeploymentFaultException([$"{service.Name}: Fargate has no size for {service.Resources.CpuLimit} thousandths of a core and {service.Resources.MemoryMiB} MiB."]);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
