using System.Text.Json.Nodes;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>One instance, its disk, its address, who it is and what it may read.</summary>
internal static class Ec2Template
{
    public static GeneratedFile Emit(DeploymentModel model, string userData)
    {
        var template = new CloudFormationTemplate("Sentinel on one instance, with docker compose.");
        template.Parameter("HostName", "Name that people and GitHub call; point it at the output Address", pattern: @"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$");
        template.Parameter("Version", "Version of the images", pattern: "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$");
        template.Parameter("Revision", "Commit of that version, whose files are used", pattern: "^[0-9a-f]{40}$");
        template.Parameter("Repository", "Where that commit is", "https://github.com/sentinel-devsecops/sentinel", "^https://[A-Za-z0-9./_-]+$");
        template.Parameter("Registry", "Where the images are", Images.ContainerImages.Registry, "^[A-Za-z0-9./_-]+$");
        template.Parameter("InstanceType", "4 GiB of memory or more", "t3.large");
        template.Parameter("DataGigabytes", "Size of the data's volume", "50", type: "Number");
        template.Parameter("MachineImage", "Ubuntu 24.04", "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>");
        AddNetwork(template);
        AddSecrets(template, model);
        AddRole(template);
        AddInstance(template, userData);
        AddBackups(template);
        template.Output("Address", Ref("Address"), "the name must lead here");
        template.Output("SecretsToFillIn", Ref(AwsStores.Settings), "optional settings; then: systemctl restart sentinel");
        return template.ToFile("ec2/sentinel.yaml");
    }

    private static void AddNetwork(CloudFormationTemplate template)
    {
        template.Resource("Vpc", "AWS::EC2::VPC", new JsonObject { ["CidrBlock"] = "10.43.0.0/24", ["EnableDnsHostnames"] = true, ["EnableDnsSupport"] = true });
        template.Resource("InternetGateway", "AWS::EC2::InternetGateway", []);
        template.Resource("InternetGatewayAttachment", "AWS::EC2::VPCGatewayAttachment", new JsonObject { ["VpcId"] = Ref("Vpc"), ["InternetGatewayId"] = Ref("InternetGateway") });
        template.Resource("Subnet", "AWS::EC2::Subnet", new JsonObject { ["VpcId"] = Ref("Vpc"), ["CidrBlock"] = "10.43.0.0/26", ["MapPublicIpOnLaunch"] = false });
        template.Resource("Routes", "AWS::EC2::RouteTable", new JsonObject { ["VpcId"] = Ref("Vpc") });
        template.Resource("Route", "AWS::EC2::Route", new JsonObject { ["RouteTableId"] = Ref("Routes"), ["DestinationCidrBlock"] = "0.0.0.0/0", ["GatewayId"] = Ref("InternetGateway") }, new JsonObject { ["DependsOn"] = "InternetGatewayAttachment" });
        template.Resource("RoutesAssociation", "AWS::EC2::SubnetRouteTableAssociation", new JsonObject { ["RouteTableId"] = Ref("Routes"), ["SubnetId"] = Ref("Subnet") });
        // Nobody signs in over the network: Session Manager is the way in.
        template.Resource("SecurityGroup", "AWS::EC2::SecurityGroup", new JsonObject
        {
            ["GroupDescription"] = "browsers and GitHub in, registries, GitHub and the model out",
            ["VpcId"] = Ref("Vpc"),
            ["SecurityGroupIngress"] = Items(Rule(80, "certificates, and on to 443"), Rule(443, "browsers and GitHub")),
            ["SecurityGroupEgress"] = Items(Rule(80, "packages"), Rule(443, "images, GitHub, the model, services of AWS")),
        });
        template.Resource("Address", "AWS::EC2::EIP", new JsonObject { ["Domain"] = "vpc" }, new JsonObject { ["DependsOn"] = "InternetGatewayAttachment", ["DeletionPolicy"] = "Retain" });
    }

    private static JsonObject Rule(int port, string purpose) => new() { ["IpProtocol"] = "tcp", ["FromPort"] = port, ["ToPort"] = port, ["CidrIp"] = "0.0.0.0/0", ["Description"] = purpose };

    private static void AddSecrets(CloudFormationTemplate template, DeploymentModel model)
    {
        template.Resource(
            "GeneratedSecret", "AWS::SecretsManager::Secret", new JsonObject
            {
                ["Description"] = "What the passwords of the stores and the webhooks' secret are made of; a member with the name of one takes its place",
                ["GenerateSecretString"] = new JsonObject { ["SecretStringTemplate"] = "{}", ["GenerateStringKey"] = "seed", ["PasswordLength"] = 64, ["ExcludePunctuation"] = true, ["IncludeSpace"] = false },
            },
            Kept());
        var settings = new JsonObject();
        foreach (var secret in model.Secrets.Where(s => !s.Generated)) settings[secret.File] = "";
        template.Resource(AwsStores.Settings, "AWS::SecretsManager::Secret", new JsonObject { ["Description"] = "Optional settings; empty means not set", ["SecretString"] = settings.ToJsonString() }, Kept());
    }

    private static void AddRole(CloudFormationTemplate template)
    {
        template.Resource(
            "Logs", "AWS::Logs::LogGroup", new JsonObject { ["LogGroupName"] = "/sentinel/ec2", ["RetentionInDays"] = 365, ["KmsKeyId"] = Attribute("LogsKey", "Arn") }, Kept());
        Foundation.AddKey(template, "LogsKey", "Sentinel's logs");
        template.Resource("Role", "AWS::IAM::Role", new JsonObject
        {
            ["AssumeRolePolicyDocument"] = new JsonObject
            {
                ["Version"] = "2012-10-17",
                ["Statement"] = Items(new JsonObject { ["Effect"] = "Allow", ["Principal"] = new JsonObject { ["Service"] = "ec2.amazonaws.com" }, ["Action"] = List("sts:AssumeRole") }),
            },
            ["ManagedPolicyArns"] = Items(Sub("arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore")),
            ["Policies"] = Items(new JsonObject
            {
                ["PolicyName"] = "sentinel",
                ["PolicyDocument"] = Policy(
                    Allow(["secretsmanager:GetSecretValue"], Items(Ref("GeneratedSecret"), Ref(AwsStores.Settings))),
                    Allow(["logs:CreateLogStream", "logs:PutLogEvents"], Attribute("Logs", "Arn")),
                    Allow(["cloudformation:SignalResource"], Sub("arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/${AWS::StackName}/*")),
                    Allow(["ec2:AttachVolume"], Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:volume/${DataVolume}")),
                    Allow(["ec2:AssociateAddress"], Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:elastic-ip/${Address.AllocationId}")),
                    Allow(
                        ["ec2:AssociateAddress"], Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-interface/*"), condition:
                        new JsonObject { ["ArnEquals"] = new JsonObject { ["ec2:Vpc"] = Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc/${Vpc}") } }),
                    Allow(
                        ["ec2:AssociateAddress", "ec2:AttachVolume"], Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:instance/*"), condition:
                        new JsonObject { ["StringEquals"] = new JsonObject { ["aws:ResourceTag/sentinel:stack"] = Ref("AWS::StackName") } }),
                    Allow(["ecr:GetAuthorizationToken"], "*"),
                    Allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Sub("arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/sentinel-*"))),
            }),
        });
        template.Resource("Profile", "AWS::IAM::InstanceProfile", new JsonObject { ["Roles"] = Items(Ref("Role")) });
    }

    private static void AddInstance(CloudFormationTemplate template, string userData)
    {
        template.Resource(
            "DataVolume", "AWS::EC2::Volume", new JsonObject
            {
                ["AvailabilityZone"] = Attribute("Subnet", "AvailabilityZone"),
                ["Size"] = Ref("DataGigabytes"),
                ["VolumeType"] = "gp3",
                ["Encrypted"] = true,
                ["Tags"] = Items(new JsonObject { ["Key"] = "sentinel:backup", ["Value"] = Sub("${AWS::StackName}") }),
            },
            new JsonObject { ["DeletionPolicy"] = "Snapshot", ["UpdateReplacePolicy"] = "Snapshot" });
        template.Resource("Template", "AWS::EC2::LaunchTemplate", new JsonObject
        {
            ["LaunchTemplateData"] = new JsonObject
            {
                ["ImageId"] = Ref("MachineImage"),
                ["InstanceType"] = Ref("InstanceType"),
                ["EbsOptimized"] = true,
                ["IamInstanceProfile"] = new JsonObject { ["Arn"] = Attribute("Profile", "Arn") },
                // One hop: containers, which are one further, cannot ask for the instance's credentials.
                ["MetadataOptions"] = new JsonObject { ["HttpTokens"] = "required", ["HttpEndpoint"] = "enabled", ["HttpPutResponseHopLimit"] = 1 },
                ["Monitoring"] = new JsonObject { ["Enabled"] = true },
                ["BlockDeviceMappings"] = Items(new JsonObject { ["DeviceName"] = "/dev/sda1", ["Ebs"] = new JsonObject { ["VolumeSize"] = 30, ["VolumeType"] = "gp3", ["Encrypted"] = true, ["DeleteOnTermination"] = true } }),
                // Until the fixed address is its own, another leads out.
                ["NetworkInterfaces"] = Items(new JsonObject { ["DeviceIndex"] = 0, ["AssociatePublicIpAddress"] = true, ["DeleteOnTermination"] = true, ["Groups"] = Items(Attribute("SecurityGroup", "GroupId")) }),
                ["UserData"] = new JsonObject { ["Fn::Base64"] = Sub(userData) },
            },
        });
        // Of one: an instance that dies is replaced, and takes the volume and the address over.
        template.Resource(
            "Group", "AWS::AutoScaling::AutoScalingGroup", new JsonObject
            {
                ["LaunchTemplate"] = new JsonObject { ["LaunchTemplateId"] = Ref("Template"), ["Version"] = Attribute("Template", "LatestVersionNumber") },
                ["MinSize"] = "1",
                ["MaxSize"] = "1",
                ["VPCZoneIdentifier"] = Items(Ref("Subnet")),
                ["HealthCheckType"] = "EC2",
                ["HealthCheckGracePeriod"] = 1200,
                ["Tags"] = Items(Tag("Name", "sentinel"), Tag("sentinel:stack", Ref("AWS::StackName"))),
            },
            new JsonObject
            {
                ["DependsOn"] = List("Route", "RoutesAssociation"),
                ["CreationPolicy"] = new JsonObject { ["ResourceSignal"] = new JsonObject { ["Count"] = 1, ["Timeout"] = "PT30M" } },
                ["UpdatePolicy"] = new JsonObject
                {
                    ["AutoScalingRollingUpdate"] = new JsonObject { ["MinInstancesInService"] = 0, ["MaxBatchSize"] = 1, ["WaitOnResourceSignals"] = true, ["PauseTime"] = "PT30M" },
                },
            });
    }

    private static JsonObject Tag(string key, JsonNode value) => new() { ["Key"] = key, ["Value"] = value, ["PropagateAtLaunch"] = true };

    private static void AddBackups(CloudFormationTemplate template)
    {
        template.Resource("BackupRole", "AWS::IAM::Role", new JsonObject
        {
            ["AssumeRolePolicyDocument"] = AssumedBy("dlm.amazonaws.com"),
            ["ManagedPolicyArns"] = Items(Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole")),
        });
        template.Resource("Backups", "AWS::DLM::LifecyclePolicy", new JsonObject
        {
            ["Description"] = "Snapshots of the data of Sentinel every 12 hours for two weeks",
            ["State"] = "ENABLED",
            ["ExecutionRoleArn"] = Attribute("BackupRole", "Arn"),
            ["PolicyDetails"] = new JsonObject
            {
                ["ResourceTypes"] = List("VOLUME"),
                ["TargetTags"] = Items(new JsonObject { ["Key"] = "sentinel:backup", ["Value"] = Sub("${AWS::StackName}") }),
                ["Schedules"] = Items(new JsonObject
                {
                    ["Name"] = "twice a day",
                    ["CreateRule"] = new JsonObject { ["Interval"] = 12, ["IntervalUnit"] = "HOURS", ["Times"] = List("03:00") },
                    ["RetainRule"] = new JsonObject { ["Count"] = 28 },
                    ["CopyTags"] = true,
                }),
            },
        });
    }

    private static JsonObject Kept() => new() { ["DeletionPolicy"] = "Retain", ["UpdateReplacePolicy"] = "Retain" };
}
