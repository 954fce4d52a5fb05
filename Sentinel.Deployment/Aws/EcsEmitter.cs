using System.Text.Json.Nodes;
using Sentinel.Deployment.LogShipping;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>
/// AWS Fargate as three stacks, because images must be there before services, and the migrations must have run: the foundation with the
/// registry, the platform with the stores and the task that migrates, and the services. <c>deploy.sh</c> brings them up in order.
/// </summary>
internal static class EcsEmitter
{
    private const string Platform = "Platform";
    private const string StackPattern = "^[A-Za-z][A-Za-z0-9-]*$";
    private const string TagPattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$";

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        yield return Foundation.Template(model).ToFile("ecs/foundation.yaml");
        yield return PlatformStack(model).ToFile("ecs/platform.yaml");
        yield return Services(model, shipsLogs: false).ToFile("ecs/services.yaml");
        yield return Services(model, shipsLogs: true).ToFile("ecs/services-shipping.yaml");
        yield return DeployScript.Emit(model);
    }

    private static CloudFormationTemplate PlatformStack(DeploymentModel model)
    {
        var template = new CloudFormationTemplate("Sentinel: network, stores, secrets, entrance, cluster, and the task that migrates the database.");
        template.Parameter("HostName", "Name that people and GitHub call, such as sentinel.example.com", pattern: @"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$");
        template.Parameter("HostedZoneId", "Route 53 zone of that name", type: "AWS::Route53::HostedZone::Id");
        template.Parameter(Foundation.Parameter, "Name of the foundation's stack", "sentinel-foundation", StackPattern);
        template.Parameter("ImageTag", "Tag of the images, pushed before", pattern: TagPattern);
        template.Parameter("DatabaseInstanceClass", "Size of PostgreSQL", "db.t4g.medium");
        template.Parameter("CacheNodeType", "Size of Redis", "cache.t4g.small");
        AwsNetwork.Add(template, model);
        AwsStores.Add(template, model);
        AwsEntrance.Add(template, model);
        template.Resource("Cluster", "AWS::ECS::Cluster", new JsonObject { ["ClusterName"] = model.Name, ["ClusterSettings"] = Items(new JsonObject { ["Name"] = "containerInsights", ["Value"] = "enabled" }) });
        template.Resource("PrivateDomain", "AWS::ServiceDiscovery::PrivateDnsNamespace", new JsonObject { ["Name"] = AwsTasks.PrivateDomain, ["Vpc"] = Ref("Vpc") });
        var tasks = new AwsTasks(model, name => Local(name, model));
        foreach (var job in model.Jobs) tasks.Add(template, job);

        foreach (var name in Exports(model)) template.Output(name, Local(name, model), $"for the services: {name}");
        template.Output("Subnets", new JsonObject { ["Fn::Join"] = new JsonArray(",", AwsNetwork.Subnets("App")) }, "for the services: subnets of the tasks");
        template.Output("Url", Sub("https://${HostName}"), "where Sentinel is");
        return template;
    }

    private static CloudFormationTemplate Services(DeploymentModel model, bool shipsLogs)
    {
        var template = new CloudFormationTemplate("Sentinel: the services. Update after the migrations of the same version have run.");
        template.Parameter(Foundation.Parameter, "Name of the foundation's stack", "sentinel-foundation", StackPattern);
        template.Parameter(Platform, "Name of the platform's stack", "sentinel-platform", StackPattern);
        template.Parameter("ImageTag", "Tag of the images, pushed before", pattern: TagPattern);
        if (shipsLogs) template.Parameter("LogOutput", "Where logs go besides CloudWatch", FireLens.Outputs[^1], $"^({string.Join('|', FireLens.Outputs)})$");
        var tasks = new AwsTasks(model, name => Import(Platform, name), shipsLogs);
        foreach (var service in model.Running)
        {
            tasks.Add(template, service);
            AddService(template, service, model);
            AddScaling(template, service);
        }
        return template;
    }

    private static void AddService(CloudFormationTemplate template, ServiceModel service, DeploymentModel model)
    {
        var id = Id(service.Name);
        var properties = new JsonObject
        {
            ["Cluster"] = Import(Platform, "Cluster"),
            ["ServiceName"] = service.Name,
            ["TaskDefinition"] = Ref($"{id}Task"),
            ["LaunchType"] = "FARGATE",
            ["PlatformVersion"] = "LATEST",
            ["PropagateTags"] = "SERVICE",
            ["EnableECSManagedTags"] = true,
            // The number of tasks is the scaler's: a deployment must not take it back.
            ["DeploymentConfiguration"] = new JsonObject
            {
                ["MinimumHealthyPercent"] = 100,
                ["MaximumPercent"] = 200,
                ["DeploymentCircuitBreaker"] = new JsonObject { ["Enable"] = true, ["Rollback"] = true },
            },
            ["NetworkConfiguration"] = new JsonObject
            {
                ["AwsvpcConfiguration"] = new JsonObject
                {
                    ["AssignPublicIp"] = "DISABLED",
                    ["SecurityGroups"] = Items(Import(Platform, $"{id}Group")),
                    ["Subnets"] = new JsonObject { ["Fn::Split"] = new JsonArray(",", Import(Platform, "Subnets")) },
                },
            },
        };
        if (service.Public)
        {
            properties["HealthCheckGracePeriodSeconds"] = 90;
            properties["LoadBalancers"] = Items(new JsonObject { ["ContainerName"] = service.Name, ["ContainerPort"] = service.Port, ["TargetGroupArn"] = Import(Platform, $"{id}Target") });
        }
        if (model.Services.Any(s => s.Calls.Contains(service.Name)))
        {
            template.Resource($"{id}Name", "AWS::ServiceDiscovery::Service", new JsonObject
            {
                ["Name"] = service.Name,
                ["NamespaceId"] = Import(Platform, "PrivateDomain"),
                ["DnsConfig"] = new JsonObject { ["DnsRecords"] = Items(new JsonObject { ["Type"] = "A", ["TTL"] = 10 }), ["RoutingPolicy"] = "MULTIVALUE" },
                ["HealthCheckCustomConfig"] = new JsonObject { ["FailureThreshold"] = 1 },
            });
            properties["ServiceRegistries"] = Items(new JsonObject { ["RegistryArn"] = Attribute($"{id}Name", "Arn") });
        }
        template.Resource($"{id}Service", "AWS::ECS::Service", properties);
    }

    private static void AddScaling(CloudFormationTemplate template, ServiceModel service)
    {
        var id = Id(service.Name);
        template.Resource($"{id}Scale", "AWS::ApplicationAutoScaling::ScalableTarget", new JsonObject
        {
            ["ServiceNamespace"] = "ecs",
            ["ScalableDimension"] = "ecs:service:DesiredCount",
            ["ResourceId"] = new JsonObject { ["Fn::Sub"] = new JsonArray($"service/${{Cluster}}/${{{id}Service.Name}}", new JsonObject { ["Cluster"] = Import(Platform, "Cluster") }) },
            ["MinCapacity"] = service.Scale.Minimum,
            ["MaxCapacity"] = service.Scale.Maximum,
        });
        if (service.Scale.QueueDepth is { } depth) AddQueueMetrics(template, service.Name, depth);
        template.Resource($"{id}ScalePolicy", "AWS::ApplicationAutoScaling::ScalingPolicy", new JsonObject
        {
            ["PolicyName"] = $"{service.Name}-load",
            ["PolicyType"] = "TargetTrackingScaling",
            ["ScalingTargetId"] = Ref($"{id}Scale"),
            ["TargetTrackingScalingPolicyConfiguration"] = service.Scale.QueueDepth is { } target
                ? Tracking(target, scaleIn: 300, ("CustomizedMetricSpecification", Backlog(service)))
                : Tracking(ScaleModel.CpuPercent, scaleIn: 300, ("PredefinedMetricSpecification", new JsonObject { ["PredefinedMetricType"] = "ECSServiceAverageCPUUtilization" })),
        });
    }

    // More at once, fewer slowly.
    private static JsonObject Tracking(int target, int scaleIn, (string Key, JsonNode Value) metric) => new()
    {
        ["TargetValue"] = target,
        ["ScaleOutCooldown"] = 60,
        ["ScaleInCooldown"] = scaleIn,
        [metric.Key] = metric.Value,
    };

    // Waiting scans for each running worker: https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html.
    private static JsonObject Backlog(ServiceModel service) => new()
    {
        ["Metrics"] = Items(
            new JsonObject { ["Id"] = "waiting", ["ReturnData"] = false, ["MetricStat"] = new JsonObject { ["Stat"] = "Maximum", ["Metric"] = new JsonObject { ["Namespace"] = "Sentinel", ["MetricName"] = "QueueDepth" } } },
            new JsonObject
            {
                ["Id"] = "running",
                ["ReturnData"] = false,
                ["MetricStat"] = new JsonObject
                {
                    ["Stat"] = "Average",
                    ["Metric"] = new JsonObject
                    {
                        ["Namespace"] = "ECS/ContainerInsights",
                        ["MetricName"] = "RunningTaskCount",
                        ["Dimensions"] = Items(new JsonObject { ["Name"] = "ClusterName", ["Value"] = Import(Platform, "Cluster") }, new JsonObject { ["Name"] = "ServiceName", ["Value"] = service.Name }),
                    },
                },
            },
            new JsonObject { ["Id"] = "backlog", ["ReturnData"] = true, ["Expression"] = "IF(running > 0, waiting / running, waiting)" }),
    };

    private static void AddQueueMetrics(CloudFormationTemplate template, string service, int depth)
    {
        foreach (var (metric, field, unit) in new[] { ("QueueDepth", "QueueDepth", "Count"), ("QueueAge", "OldestSeconds", "Seconds") })
        {
            template.Resource($"{metric}Metric", "AWS::Logs::MetricFilter", new JsonObject
            {
                ["LogGroupName"] = Foundation.LogGroup(service),
                ["FilterPattern"] = $"{{ $.{field} >= 0 }}",
                ["MetricTransformations"] = Items(new JsonObject { ["MetricNamespace"] = "Sentinel", ["MetricName"] = metric, ["MetricValue"] = $"$.{field}", ["Unit"] = unit }),
            });
        }
        template.Resource("DeadLetteredMetric", "AWS::Logs::MetricFilter", new JsonObject
        {
            ["LogGroupName"] = Foundation.LogGroup(service),
            ["FilterPattern"] = "{ $.DeadLettered > 0 }",
            ["MetricTransformations"] = Items(new JsonObject { ["MetricNamespace"] = "Sentinel", ["MetricName"] = "DeadLettered", ["MetricValue"] = "$.DeadLettered", ["Unit"] = "Count" }),
        });
        AwsAlarms.Add(template, "QueueDepth", "Many scans wait although workers were added", "Sentinel", "QueueDepth", "Maximum", depth * 50, 15, [], Foundation.Alarms());
        AwsAlarms.Add(template, "QueueAge", "A scan has waited for more than 15 minutes", "Sentinel", "QueueAge", "Maximum", 900, 5, [], Foundation.Alarms());
        AwsAlarms.Add(template, "DeadLettered", "A scan was given up", "Sentinel", "DeadLettered", "Sum", 0, 1, [], Foundation.Alarms());
        AwsAlarms.Add(template, "WorkersSilent", "No worker has reported the queue for 10 minutes", "Sentinel", "QueueDepth", "SampleCount", 1, 10, [], Foundation.Alarms(), "LessThanThreshold", "breaching");
    }

    private static IEnumerable<string> Exports(DeploymentModel model) =>
        ["Cluster", "PrivateDomain", "PostgresAddress", "RedisAddress", AwsStores.Settings,
            .. model.Secrets.Where(s => s.Generated).Select(AwsStores.SecretId),
            .. model.Services.Select(s => $"{Id(s.Name)}Group"), .. model.Services.Where(s => s.Public).Select(s => $"{Id(s.Name)}Target"), .. model.Jobs.Select(j => $"{Id(j.Name)}Task")];

    private static JsonObject Local(string name, DeploymentModel model) => name switch
    {
        "PrivateDomain" => Attribute("PrivateDomain", "Id"),
        "PostgresAddress" => Attribute("PostgresInstance", "Endpoint.Address"),
        "RedisAddress" => Attribute("RedisGroup", "PrimaryEndPoint.Address"),
        _ when model.Services.Any(s => name == $"{Id(s.Name)}Group") => Attribute($"{name[..^5]}SecurityGroup", "GroupId"),
        _ => Ref(name),
    };
}
