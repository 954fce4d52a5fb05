using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>A: CloudFormation, above all ECS on Fargate.</summary>
internal static partial class AwsRules
{
    private const string ControlTower = "https://docs.aws.amazon.com/controltower/latest/controlreference/";
    private const string Ecs = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/";

    private static readonly Dictionary<string, (int Least, int Most)> Memory = new() { ["256"] = (512, 2048), ["512"] = (1024, 4096), ["1024"] = (2048, 8192), ["2048"] = (4096, 16384), ["4096"] = (8192, 30720), ["8192"] = (16384, 61440), ["16384"] = (32768, 122880) };

    public static IEnumerable<CheckRule> All =>
    [
        Error("A1", "Tasks and stores are in private subnets over two zones, and get no public address.", "What has an address is found.", $"{ControlTower}ec2-rules.html", Network),
        Error("A2", "From everywhere only ports 80 and 443 are open; every group says what goes out.", "A group without rules for what goes out lets everything out.", $"{ControlTower}ec2-rules.html", Groups),
        Error("A3", "The load balancer speaks TLS 1.2 or later with a certificate, sends port 80 on, drops bad headers, writes down who came, and cannot be deleted by mistake.", "Sessions travel in clear text.", $"{ControlTower}elb-rules.html", LoadBalancers),
        Error("A4", "Targets are addresses, say how their health is asked, and let requests end.", "Every release cuts requests off.", "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html", s => Find(s, "AWS::ElasticLoadBalancingV2::TargetGroup").Where(r => r.Properties.At("TargetType").Text() != "ip" || r.Properties.At("HealthCheckPath") is null || !HasAttribute(r.Properties.At("TargetGroupAttributes"), "deregistration_delay.timeout_seconds", null)).Select(r => r.At(r.Properties, "it is not of the type ip, or has no HealthCheckPath or deregistration_delay"))),
        Error("A5", "Tasks are of a size that Fargate has, unprivileged, on a read-only root, with a health check, an init process and logs.", "Whoever breaks in finds a way on, or the task is refused.", $"{ControlTower}ecs-rules.html", Tasks),
        Error("A6", "Secrets come from Secrets Manager; no role may do everything.", "Variables of a task definition are shown to whoever may describe it.", $"{Ecs}specifying-sensitive-data.html", Secrets),
        Error("A7", "Services roll back by themselves, keep all replicas while they are replaced, and wait for the first health check.", "A bad release replaces the good one.", $"{Ecs}deployment-circuit-breaker.html", Services),
        Error("A8", "Scaled services leave the number of tasks to the scaler; more come fast, and go slowly.", "Each deployment takes the scaler's number back.", $"{Ecs}service-auto-scaling.html", Scaling),
        Error("A10", "Databases are private, encrypted, in two zones, backed up for a week, kept when deleted, and their password comes from Secrets Manager.", "The truth is lost, or read.", $"{ControlTower}rds-rules.html", Databases),
        Error("A11", "Redis is encrypted at rest and on the way, asks for a password, fails over, and is backed up.", "The queue is read, written, or lost.", $"{ControlTower}elasticache-rules.html", Caches),
        Error("A12", "Repositories of images keep tags, scan what is pushed, and forget old images.", "A tag is given to another image.", $"{ControlTower}ecr-rules.html", s => Find(s, "AWS::ECR::Repository").Where(r => r.Properties.At("ImageTagMutability").Text() != "IMMUTABLE" || !r.Properties.At("ImageScanningConfiguration", "ScanOnPush").IsTrue() || r.Properties.At("LifecyclePolicy") is null).Select(r => r.At(r.Properties, "its tags may be given twice, nothing is scanned, or nothing is removed"))),
        Error("A13", "Logs are kept for a time and encrypted with a key of one's own.", "They are kept, and paid for, for ever.", $"{ControlTower}cloudwatch-rules.html", s => Find(s, "AWS::Logs::LogGroup").Where(r => r.Properties.At("RetentionInDays") is null || r.Properties.At("KmsKeyId") is null).Select(r => r.At(r.Properties, "it has no RetentionInDays or no KmsKeyId"))),
        Error("A14", "Keys are rotated.", "A key that leaked once opens everything for ever.", $"{ControlTower}kms-rules.html", s => Find(s, "AWS::KMS::Key").Where(r => !r.Properties.At("EnableKeyRotation").IsTrue()).Select(r => r.At(r.Properties, "it is not rotated"))),
        Error("A15", "Every alarm tells somebody.", "It rings in an empty room.", "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html", s => Find(s, "AWS::CloudWatch::Alarm").Where(r => !(r.Properties.At("AlarmActions") is JsonArray { Count: > 0 })).Select(r => r.At(r.Properties, "it has no AlarmActions"))),
        Error("A16", "Every name that is referred to is there, nothing waits in a circle, parameters for secrets are not shown.", "The template is refused, after minutes.", "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html", References),
    ];

    private sealed record Resource(CheckedFile File, JsonObject Root, string Id, JsonNode Properties)
    {
        public Breach At(JsonNode? node, string message) => Breach.At(File, node ?? Properties, $"{Id}: {message}");
    }

    /// <summary>Properties of the resources of a type, by logical ID.</summary>
    public static IEnumerable<(string Id, JsonNode Properties)> Of(JsonObject root, string type) =>
        root["Resources"].Members().Where(r => r.Value.At("Type").Text() == type).Select(r => (r.Key, r.Value.At("Properties") ?? r.Value!));

    /// <summary>Containers of the task definitions, with the definition's logical ID.</summary>
    public static IEnumerable<(string Id, JsonNode Container)> ContainersOf(JsonObject root) =>
        Of(root, "AWS::ECS::TaskDefinition").SelectMany(t => t.Properties.At("ContainerDefinitions").Each().Select(c => (t.Id, c)));

    private static IEnumerable<Resource> Find(CheckedSet set, string type) => set.Of(FileKind.CloudFormation).SelectMany(f => Of(f.Root, type).Select(r => new Resource(f.File, f.Root, r.Id, r.Properties)));

    private static bool HasAttribute(JsonNode? attributes, string key, string? value) => attributes.Each().Any(a => a.At("Key").Text() == key && (value is null || a.At("Value").Text() == value));

    private static IEnumerable<Breach> Network(CheckedSet set)
    {
        foreach (var subnet in Find(set, "AWS::EC2::Subnet").Where(r => r.Properties.At("MapPublicIpOnLaunch").IsTrue())) yield return subnet.At(subnet.Properties.At("MapPublicIpOnLaunch"), "whatever starts in it gets a public address");
        foreach (var service in Find(set, "AWS::ECS::Service").Where(r => r.Properties.At("NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp").Text() != "DISABLED")) yield return service.At(service.Properties.At("NetworkConfiguration"), "its tasks get a public address");
        foreach (var group in Find(set, "AWS::RDS::DBSubnetGroup").Concat(Find(set, "AWS::ElastiCache::SubnetGroup")).Where(r => r.Properties.At("SubnetIds") is JsonArray { Count: < 2 })) yield return group.At(group.Properties.At("SubnetIds"), "it is in one zone");
    }

    private static IEnumerable<Breach> Groups(CheckedSet set)
    {
        var rules = Find(set, "AWS::EC2::SecurityGroupIngress").Select(r => (Of: r, Rule: r.Properties)).Concat(Find(set, "AWS::EC2::SecurityGroup").SelectMany(r => r.Properties.At("SecurityGroupIngress").Each().Select(i => (Of: r, Rule: i))));
        foreach (var (resource, rule) in rules.Where(r => (r.Rule.At("CidrIp").Text() == "0.0.0.0/0" || r.Rule.At("CidrIpv6").Text() == "::/0") && !(r.Rule.At("FromPort").Text() == r.Rule.At("ToPort").Text() && r.Rule.At("FromPort").Text() is "80" or "443"))) yield return resource.At(rule, $"the port {rule.At("FromPort").Text() ?? "of every kind"} is open to everybody");
        foreach (var group in Find(set, "AWS::EC2::SecurityGroup").Where(r => r.Properties.At("SecurityGroupEgress") is null)) yield return group.At(group.Properties, "everything may go out: it has no SecurityGroupEgress");
    }

    private static IEnumerable<Breach> LoadBalancers(CheckedSet set)
    {
        foreach (var listener in Find(set, "AWS::ElasticLoadBalancingV2::Listener"))
        {
            if (listener.Properties.At("Protocol").Text() == "HTTP" && listener.Properties.At("DefaultActions").Each().Any(a => a.At("Type").Text() != "redirect" || a.At("RedirectConfig", "Protocol").Text() != "HTTPS")) yield return listener.At(listener.Properties.At("DefaultActions"), "it answers without TLS");
            if (listener.Properties.At("Protocol").Text() == "HTTPS" && (listener.Properties.At("SslPolicy").Text()?.Contains("TLS13", StringComparison.Ordinal) != true || !listener.Properties.At("Certificates").Each().Any())) yield return listener.At(listener.Properties.At("SslPolicy"), "its policy allows old TLS, or it has no certificate");
        }
        foreach (var balancer in Find(set, "AWS::ElasticLoadBalancingV2::LoadBalancer"))
            foreach (var (key, value) in new[] { ("deletion_protection.enabled", "true"), ("access_logs.s3.enabled", "true"), ("routing.http.drop_invalid_header_fields.enabled", "true") })
                if (!HasAttribute(balancer.Properties.At("LoadBalancerAttributes"), key, value)) yield return balancer.At(balancer.Properties.At("LoadBalancerAttributes"), $"{key} is not {value}");
    }

    private static IEnumerable<Breach> Tasks(CheckedSet set)
    {
        foreach (var task in Find(set, "AWS::ECS::TaskDefinition"))
        {
            if (task.Properties.At("NetworkMode").Text() != "awsvpc") yield return task.At(task.Properties.At("NetworkMode"), "its network is not its own: awsvpc");
            if (task.Properties.At("Cpu").Text() is { } cpu && task.Properties.At("Memory").Number() is { } memory && (!Memory.TryGetValue(cpu, out var range) || memory < range.Least || memory > range.Most)) yield return task.At(task.Properties.At("Memory"), $"Fargate has no size of {cpu} and {memory}");
            foreach (var container in task.Properties.At("ContainerDefinitions").Each())
            {
                var missing = new List<string>();
                if (container.At("User").Text() is null or "0" or "root") missing.Add("a User other than root");
                if (!container.At("ReadonlyRootFilesystem").IsTrue()) missing.Add("ReadonlyRootFilesystem");
                if (container.At("Privileged").IsTrue()) missing.Add("no privileges");
                if (container.At("LogConfiguration") is null) missing.Add("LogConfiguration");
                if (container.At("PortMappings") is not null && container.At("HealthCheck") is null) missing.Add("HealthCheck");
                if (container.At("FirelensConfiguration") is null && !container.At("LinuxParameters", "InitProcessEnabled").IsTrue()) missing.Add("InitProcessEnabled");
                if (container.At("FirelensConfiguration") is null && !container.At("LinuxParameters", "Capabilities", "Drop").Contains("ALL")) missing.Add("capabilities without ALL");
                if (container.At("StopTimeout") is null) missing.Add("StopTimeout");
                if (missing.Count > 0) yield return task.At(container, $"{container.At("Name").Text()} lacks {string.Join(", ", missing)}");
            }
        }
    }

    private static IEnumerable<Breach> Secrets(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
            foreach (var (id, container) in ContainersOf(root))
                foreach (var variable in container.At("Environment").Each().Where(v => IsSecretName(v.At("Name").Text() ?? ""))) yield return Breach.At(file, variable, $"{id}: {variable.At("Name").Text()} is a secret among the variables; it belongs into Secrets");
        foreach (var role in Find(set, "AWS::IAM::Role").Concat(Find(set, "AWS::IAM::Policy")).Concat(Find(set, "AWS::IAM::ManagedPolicy")))
        {
            var statements = role.Properties.At("Policies").Each().Select(p => p.At("PolicyDocument")).Append(role.Properties.At("PolicyDocument")).SelectMany(d => d.At("Statement").Each());
            foreach (var statement in statements.Where(s => s.At("Effect").Text() == "Allow"))
            {
                var actions = statement.At("Action").Texts().ToArray();
                if (actions.Any(a => a == "*" || a.EndsWith(":*", StringComparison.Ordinal))) yield return role.At(statement, $"it may do everything: {string.Join(", ", actions)}");
                else if (statement.At("Resource").Contains("*") && actions.Any(a => a != "ecr:GetAuthorizationToken" && !a.StartsWith("cloudwatch:Put", StringComparison.Ordinal))) yield return role.At(statement, $"it may do {string.Join(", ", actions)} to everything");
            }
        }
    }

    private static IEnumerable<Breach> Services(CheckedSet set)
    {
        foreach (var service in Find(set, "AWS::ECS::Service"))
        {
            var deployment = service.Properties.At("DeploymentConfiguration");
            if (!deployment.At("DeploymentCircuitBreaker", "Enable").IsTrue() || !deployment.At("DeploymentCircuitBreaker", "Rollback").IsTrue()) yield return service.At(deployment, "it does not roll back by itself");
            if (deployment.At("MinimumHealthyPercent").Number() is not >= 100) yield return service.At(deployment, "it has fewer tasks while they are replaced");
            if (service.Properties.At("LoadBalancers") is not null && service.Properties.At("HealthCheckGracePeriodSeconds") is null) yield return service.At(service.Properties, "it has no HealthCheckGracePeriodSeconds");
        }
    }

    private static IEnumerable<Breach> Scaling(CheckedSet set)
    {
        foreach (var target in Find(set, "AWS::ApplicationAutoScaling::ScalableTarget"))
            foreach (var service in Of(target.Root, "AWS::ECS::Service").Where(s => s.Properties.At("DesiredCount") is not null && target.Properties.At("ResourceId")?.ToJsonString().Contains(s.Id, StringComparison.Ordinal) == true))
                yield return Breach.At(target.File, service.Properties.At("DesiredCount"), $"{service.Id}: it says how many tasks, and {target.Id} does too");
        foreach (var policy in Find(set, "AWS::ApplicationAutoScaling::ScalingPolicy"))
        {
            var tracking = policy.Properties.At("TargetTrackingScalingPolicyConfiguration");
            if (tracking is not null && !(tracking.At("ScaleInCooldown").Number() > tracking.At("ScaleOutCooldown").Number())) yield return policy.At(tracking, "it takes tasks away as fast as it adds them");
        }
    }

    private static IEnumerable<Breach> Databases(CheckedSet set)
    {
        foreach (var database in Find(set, "AWS::RDS::DBInstance").Concat(Find(set, "AWS::RDS::DBCluster")))
        {
            var missing = new List<string>();
            var properties = database.Properties;
            if (properties.At("PubliclyAccessible").IsTrue() || (properties.At("PubliclyAccessible") is null && properties.At("DBClusterIdentifier") is null && properties.At("DatabaseName") is null)) missing.Add("PubliclyAccessible: false");
            if (!properties.At("StorageEncrypted").IsTrue()) missing.Add("StorageEncrypted");
            if (properties.At("MultiAZ").IsFalse() || (properties.At("MultiAZ") is null && properties.At("DBClusterIdentifier") is null)) missing.Add("MultiAZ");
            if (properties.At("BackupRetentionPeriod").Number() is not >= 7) missing.Add("BackupRetentionPeriod of 7 or more");
            if (!properties.At("DeletionProtection").IsTrue()) missing.Add("DeletionProtection");
            if (!properties.At("ManageMasterUserPassword").IsTrue() && (properties.At("MasterUserPassword")?.ToJsonString().Contains("{{resolve:", StringComparison.Ordinal) != true)) missing.Add("a password from Secrets Manager");
            if (database.Root.At("Resources", database.Id, "DeletionPolicy").Text() is not ("Snapshot" or "Retain")) missing.Add("DeletionPolicy Snapshot");
            if (missing.Count > 0) yield return database.At(properties, $"it lacks {string.Join(", ", missing)}");
        }
        foreach (var parameters in Find(set, "AWS::RDS::DBParameterGroup").Where(r => r.Properties.At("Family").Text()?.StartsWith("postgres", StringComparison.Ordinal) == true && r.Properties.At("Parameters", "rds.force_ssl").Text() != "1")) yield return parameters.At(parameters.Properties.At("Parameters"), "rds.force_ssl is not 1");
    }

    private static IEnumerable<Breach> Caches(CheckedSet set)
    {
        foreach (var cache in Find(set, "AWS::ElastiCache::ReplicationGroup"))
        {
            var missing = new List<string>();
            foreach (var key in Words("AtRestEncryptionEnabled TransitEncryptionEnabled AutomaticFailoverEnabled MultiAZEnabled").Where(k => !cache.Properties.At(k).IsTrue())) missing.Add(key);
            if (cache.Properties.At("AuthToken") is null && cache.Properties.At("UserGroupIds") is null) missing.Add("AuthToken or UserGroupIds");
            if (cache.Properties.At("SnapshotRetentionLimit").Number() is not > 0) missing.Add("SnapshotRetentionLimit");
            if (cache.Properties.At("CacheSubnetGroupName") is null) missing.Add("CacheSubnetGroupName");
            if (missing.Count > 0) yield return cache.At(cache.Properties, $"it lacks {string.Join(", ", missing)}");
        }
    }

    private static IEnumerable<Breach> References(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
        {
            var resources = root["Resources"].Members().Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
            var known = resources.Concat(root["Parameters"].Members().Select(p => p.Key)).ToHashSet(StringComparer.Ordinal);
            foreach (var (node, name) in Names(root["Resources"]).Concat(Names(root["Outputs"])).Where(r => !known.Contains(r.Name) && !r.Name.StartsWith("AWS::", StringComparison.Ordinal))) yield return Breach.At(file, node, $"there is no '{name}'");
            var edges = root["Resources"].Members().ToDictionary(r => r.Key, r => Names(r.Value).Select(n => n.Name).Where(resources.Contains).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
            foreach (var id in resources.Where(id => Reaches(edges, id, id, []))) yield return Breach.At(file, root.At("Resources", id), $"{id} needs itself, by way of others");
            foreach (var (name, parameter) in root["Parameters"].Members().Where(p => IsSecretName(p.Key) && !p.Value.At("NoEcho").IsTrue())) yield return Breach.At(file, parameter, $"the parameter {name} is a secret, and is shown: it has no NoEcho");
        }
    }

    private static bool Reaches(Dictionary<string, HashSet<string>> edges, string from, string to, HashSet<string> seen) => edges[from].Any(e => e == to || (seen.Add(e) && Reaches(edges, e, to, seen)));

    private static IEnumerable<(JsonNode Node, string Name)> Names(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                return list.SelectMany(Names);
            case not JsonObject:
                return [];
            case JsonObject { Count: 1 } map when map["Ref"].Text() is { } name:
                return [(map, name)];
            case JsonObject { Count: 1 } map when map["Fn::GetAtt"] is { } path:
                return [(map, path is JsonArray parts ? parts[0].Text() ?? "" : (path.Text() ?? "").Split('.')[0])];
            case JsonObject { Count: 1 } map when map["Fn::Sub"] is { } sub:
                var text = sub is JsonArray pair ? pair[0].Text() : sub.Text();
                var own = (sub as JsonArray)?.ElementAtOrDefault(1);
                return Placeholder().Matches(text ?? "").Select(m => ((JsonNode)map, m.Groups[1].Value.Split('.')[0])).Where(n => own.At(n.Item2) is null).Concat(Names(own));
            case JsonObject map:
                return map.SelectMany(m => m.Key == "DependsOn" ? m.Value.Texts().Select(t => (m.Value!, t)) : Names(m.Value));
        }
    }

    [GeneratedRegex(@"\$\{([A-Za-z0-9:.]+)\}")]
    private static partial Regex Placeholder();
}
