using System.Text.Json.Nodes;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>
/// Three tiers over two zones: the load balancer is public, tasks reach out through NAT gateways, stores reach nothing. A security
/// group for each part, with one rule for each edge of the app model.
/// </summary>
internal static class AwsNetwork
{
    private const string Cidr = "10.42.0.0/16";

    private static readonly string[] Zones = ["A", "B"];

    public static void Add(CloudFormationTemplate template, DeploymentModel model)
    {
        template.Resource("Vpc", "AWS::EC2::VPC", new JsonObject { ["CidrBlock"] = Cidr, ["EnableDnsHostnames"] = true, ["EnableDnsSupport"] = true, ["Tags"] = Name("sentinel") });
        template.Resource("InternetGateway", "AWS::EC2::InternetGateway", new JsonObject { ["Tags"] = Name("sentinel") });
        template.Resource("InternetGatewayAttachment", "AWS::EC2::VPCGatewayAttachment", new JsonObject { ["VpcId"] = Ref("Vpc"), ["InternetGatewayId"] = Ref("InternetGateway") });
        AddTier(template, "Public", 0);
        AddTier(template, "App", 16);
        AddTier(template, "Data", 32);
        AddRoutes(template);
        AddFlowLog(template);
        AddEndpoints(template);
        AddSecurityGroups(template, model);
    }

    /// <summary>Subnets of a tier.</summary>
    public static JsonArray Subnets(string tier) => Items(Zones.Select(z => (JsonNode)Ref($"{tier}Subnet{z}")));

    private static void AddTier(CloudFormationTemplate template, string tier, int first)
    {
        foreach (var (zone, index) in Zones.Select((z, i) => (z, i)))
        {
            template.Resource($"{tier}Subnet{zone}", "AWS::EC2::Subnet", new JsonObject
            {
                ["VpcId"] = Ref("Vpc"),
                ["CidrBlock"] = $"10.42.{first + index}.0/24",
                ["AvailabilityZone"] = new JsonObject { ["Fn::Select"] = new JsonArray(index, new JsonObject { ["Fn::GetAZs"] = "" }) },
                ["MapPublicIpOnLaunch"] = false,
                ["Tags"] = Name($"sentinel-{tier.ToLowerInvariant()}-{zone.ToLowerInvariant()}"),
            });
        }
    }

    private static void AddRoutes(CloudFormationTemplate template)
    {
        template.Resource("PublicRoutes", "AWS::EC2::RouteTable", new JsonObject { ["VpcId"] = Ref("Vpc"), ["Tags"] = Name("sentinel-public") });
        template.Resource("PublicRoute", "AWS::EC2::Route", new JsonObject { ["RouteTableId"] = Ref("PublicRoutes"), ["DestinationCidrBlock"] = "0.0.0.0/0", ["GatewayId"] = Ref("InternetGateway") }, After("InternetGatewayAttachment"));
        template.Resource("DataRoutes", "AWS::EC2::RouteTable", new JsonObject { ["VpcId"] = Ref("Vpc"), ["Tags"] = Name("sentinel-data") });
        foreach (var zone in Zones)
        {
            template.Resource($"NatAddress{zone}", "AWS::EC2::EIP", new JsonObject { ["Domain"] = "vpc", ["Tags"] = Name($"sentinel-nat-{zone.ToLowerInvariant()}") }, After("InternetGatewayAttachment"));
            template.Resource($"Nat{zone}", "AWS::EC2::NatGateway", new JsonObject { ["AllocationId"] = Attribute($"NatAddress{zone}", "AllocationId"), ["SubnetId"] = Ref($"PublicSubnet{zone}"), ["Tags"] = Name($"sentinel-{zone.ToLowerInvariant()}") });
            template.Resource($"AppRoutes{zone}", "AWS::EC2::RouteTable", new JsonObject { ["VpcId"] = Ref("Vpc"), ["Tags"] = Name($"sentinel-app-{zone.ToLowerInvariant()}") });
            template.Resource($"AppRoute{zone}", "AWS::EC2::Route", new JsonObject { ["RouteTableId"] = Ref($"AppRoutes{zone}"), ["DestinationCidrBlock"] = "0.0.0.0/0", ["NatGatewayId"] = Ref($"Nat{zone}") });
            Associate(template, "Public", zone, "PublicRoutes");
            Associate(template, "App", zone, $"AppRoutes{zone}");
            Associate(template, "Data", zone, "DataRoutes");
        }
    }

    private static void Associate(CloudFormationTemplate template, string tier, string zone, string table) =>
        template.Resource($"{tier}Routes{zone}Association", "AWS::EC2::SubnetRouteTableAssociation", new JsonObject { ["RouteTableId"] = Ref(table), ["SubnetId"] = Ref($"{tier}Subnet{zone}") });

    private static void AddFlowLog(CloudFormationTemplate template)
    {
        template.Resource("FlowLogRole", "AWS::IAM::Role", new JsonObject
        {
            ["AssumeRolePolicyDocument"] = AssumedBy("vpc-flow-logs.amazonaws.com"),
            ["Policies"] = Items(new JsonObject
            {
                ["PolicyName"] = "write-flow-logs",
                ["PolicyDocument"] = Policy(
                    Allow(["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"], Foundation.LogGroupArn(Foundation.FlowLogs)),
                    Allow(["logs:DescribeLogGroups"], Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"))),
            }),
        });
        template.Resource("FlowLog", "AWS::EC2::FlowLog", new JsonObject
        {
            ["ResourceId"] = Ref("Vpc"),
            ["ResourceType"] = "VPC",
            ["TrafficType"] = "ALL",
            ["LogDestinationType"] = "cloud-watch-logs",
            ["LogGroupName"] = Foundation.LogGroup(Foundation.FlowLogs),
            ["DeliverLogsPermissionArn"] = Attribute("FlowLogRole", "Arn"),
        });
    }

    // Images, logs and secrets do not travel over the internet.
    private static void AddEndpoints(CloudFormationTemplate template)
    {
        AddGroup(template, "Endpoints", "services of AWS, from the tasks");
        template.Resource("EndpointsFromVpc", "AWS::EC2::SecurityGroupIngress", Rule("Endpoints", 443, "tasks to services of AWS", ("CidrIp", Cidr)));
        foreach (var (id, service) in new[] { ("EcrApi", "ecr.api"), ("EcrImages", "ecr.dkr"), ("Logs", "logs"), ("SecretsManager", "secretsmanager") })
        {
            template.Resource($"{id}Endpoint", "AWS::EC2::VPCEndpoint", new JsonObject
            {
                ["VpcId"] = Ref("Vpc"),
                ["VpcEndpointType"] = "Interface",
                ["ServiceName"] = Sub($"com.amazonaws.${{AWS::Region}}.{service}"),
                ["PrivateDnsEnabled"] = true,
                ["SubnetIds"] = Subnets("App"),
                ["SecurityGroupIds"] = Items(Ref("EndpointsSecurityGroup")),
            });
        }
        template.Resource("ImageLayersEndpoint", "AWS::EC2::VPCEndpoint", new JsonObject
        {
            ["VpcId"] = Ref("Vpc"),
            ["VpcEndpointType"] = "Gateway",
            ["ServiceName"] = Sub("com.amazonaws.${AWS::Region}.s3"),
            ["RouteTableIds"] = Items(Zones.Select(z => (JsonNode)Ref($"AppRoutes{z}"))),
        });
    }

    private static void AddSecurityGroups(CloudFormationTemplate template, DeploymentModel model)
    {
        AddGroup(template, "LoadBalancer", "the entrance, from everywhere");
        foreach (var port in new[] { 80, 443 })
            template.Resource($"LoadBalancerFromAnywhere{port}", "AWS::EC2::SecurityGroupIngress", Rule("LoadBalancer", port, port == 80 ? "sent on to 443" : "browsers and GitHub", ("CidrIp", "0.0.0.0/0")));
        foreach (var store in model.Stores) AddGroup(template, Id(store.Name), $"{store.Name}, from the services that use it");
        foreach (var service in model.Services)
        {
            AddGroup(template, Id(service.Name), service.Name);
            // To pull its image, and to GitHub and the model for those that call them.
            template.Resource($"{Id(service.Name)}ToHttps", "AWS::EC2::SecurityGroupEgress", Rule(Id(service.Name), 443, "images, services of AWS, and GitHub", ("CidrIp", "0.0.0.0/0")));
        }
        foreach (var service in model.Services)
        {
            if (service.Public) Edge(template, "LoadBalancer", Id(service.Name), service.Port);
            foreach (var called in service.Calls) Edge(template, Id(service.Name), Id(called), model.Service(called).Port);
            foreach (var store in service.Stores) Edge(template, Id(service.Name), Id(store), model.Stores.Single(s => s.Name == store).Port);
        }
    }

    // Both sides of an edge: a group without rules of its own lets everything out.
    private static void Edge(CloudFormationTemplate template, string from, string to, int port)
    {
        template.Resource($"{from}To{to}", "AWS::EC2::SecurityGroupEgress", Rule(from, port, $"to {to}", ("DestinationSecurityGroupId", Attribute($"{to}SecurityGroup", "GroupId"))));
        template.Resource($"{to}From{from}", "AWS::EC2::SecurityGroupIngress", Rule(to, port, $"from {from}", ("SourceSecurityGroupId", Attribute($"{from}SecurityGroup", "GroupId"))));
    }

    private static JsonObject Rule(string group, int port, string purpose, (string Key, JsonNode Value) other) => new()
    {
        ["GroupId"] = Attribute($"{group}SecurityGroup", "GroupId"),
        ["IpProtocol"] = "tcp",
        ["FromPort"] = port,
        ["ToPort"] = port,
        ["Description"] = purpose,
        [other.Key] = other.Value,
    };

    private static void AddGroup(CloudFormationTemplate template, string id, string purpose) =>
        template.Resource($"{id}SecurityGroup", "AWS::EC2::SecurityGroup", new JsonObject
        {
            ["GroupDescription"] = purpose,
            ["VpcId"] = Ref("Vpc"),
            // The default, everything out, is replaced by a rule that leads nowhere.
            ["SecurityGroupEgress"] = Items(new JsonObject { ["IpProtocol"] = "icmp", ["FromPort"] = 252, ["ToPort"] = 86, ["CidrIp"] = "255.255.255.255/32", ["Description"] = "nothing but what is named" }),
            ["Tags"] = Name($"sentinel-{id}"),
        });

    private static JsonObject After(string id) => new() { ["DependsOn"] = id };

    private static JsonArray Name(string name) => Items(new JsonObject { ["Key"] = "Name", ["Value"] = name });
}
