using System.Text.Json.Nodes;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>What must be there before anything else: the key that everything is encrypted with, the registry, the logs, and who is told of alarms.</summary>
internal static class Foundation
{
    /// <summary>Parameter of the other stacks that names this one.</summary>
    public const string Parameter = "Foundation";

    /// <summary>Log of the network.</summary>
    public const string FlowLogs = "flow";

    private const int RetentionDays = 365;

    public static JsonObject KeyArn() => Import(Parameter, "KeyArn");

    public static JsonObject Alarms() => Import(Parameter, "Alarms");

    public static string LogGroup(string name) => $"/sentinel/{name}";

    public static JsonObject LogGroupArn(string name) => Sub($"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{LogGroup(name)}:*");

    public static CloudFormationTemplate Template(DeploymentModel model)
    {
        var template = new CloudFormationTemplate("Sentinel: the key, the registry of its images, its logs, and who is told of alarms.");
        template.Parameter("AlarmEmail", "Address that alarms are sent to", pattern: @"^[^@\s]+@[^@\s]+$");
        AddKey(
            template, "Key", "Sentinel's data, logs and secrets",
            Allow(["kms:Decrypt", "kms:GenerateDataKey*"], "*", new JsonObject { ["Service"] = "cloudwatch.amazonaws.com" }, new JsonObject { ["StringEquals"] = new JsonObject { ["aws:SourceAccount"] = Ref("AWS::AccountId") } }));
        template.Resource("KeyAlias", "AWS::KMS::Alias", new JsonObject { ["AliasName"] = Sub("alias/${AWS::StackName}"), ["TargetKeyId"] = Ref("Key") });
        AddRegistry(template, model);
        foreach (var name in model.Services.Select(s => s.Name).Append(FlowLogs)) AddLogGroup(template, name);
        template.Resource("AlarmTopic", "AWS::SNS::Topic", new JsonObject { ["KmsMasterKeyId"] = Ref("Key"), ["DisplayName"] = "Sentinel" });
        template.Resource("AlarmsByMail", "AWS::SNS::Subscription", new JsonObject { ["TopicArn"] = Ref("AlarmTopic"), ["Protocol"] = "email", ["Endpoint"] = Ref("AlarmEmail") });
        template.Output("KeyArn", Attribute("Key", "Arn"), "the key that everything is encrypted with");
        template.Output("Alarms", Ref("AlarmTopic"), "where alarms go");
        return template;
    }

    /// <summary>A key that is rotated, that only AWS's services get grants of, and that logs may be encrypted with.</summary>
    /// <param name="id">Logical ID.</param>
    /// <param name="further">What else may use it.</param>
    public static void AddKey(CloudFormationTemplate template, string id, string purpose, params IEnumerable<JsonNode> further) => template.Resource(
        id, "AWS::KMS::Key", new JsonObject
        {
            ["Description"] = purpose,
            ["EnableKeyRotation"] = true,
            ["KeyPolicy"] = Policy([
                Allow(["kms:*"], "*", new JsonObject { ["AWS"] = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root") }),
                new JsonObject
                {
                    ["Effect"] = "Deny",
                    ["Principal"] = "*",
                    ["Action"] = List("kms:CreateGrant"),
                    ["Resource"] = "*",
                    ["Condition"] = new JsonObject { ["BoolIfExists"] = new JsonObject { ["kms:GrantIsForAWSResource"] = "false", ["aws:PrincipalIsAWSService"] = "false" } },
                },
                Allow(
                    ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"], "*", new JsonObject { ["Service"] = Sub("logs.${AWS::Region}.amazonaws.com") },
                    new JsonObject { ["ArnLike"] = new JsonObject { ["kms:EncryptionContext:aws:logs:arn"] = Sub($"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{LogGroup("*")}") } }),
                .. further]),
        },
        Kept());

    private static void AddRegistry(CloudFormationTemplate template, DeploymentModel model)
    {
        foreach (var image in model.Services.Select(s => s.Image).Append(LogShipping.FireLens.Image).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            template.Resource(
                $"{Id(image)}Repository", "AWS::ECR::Repository", new JsonObject
                {
                    ["RepositoryName"] = $"{model.Name}-{image}",
                    ["ImageTagMutability"] = "IMMUTABLE",
                    ["ImageScanningConfiguration"] = new JsonObject { ["ScanOnPush"] = true },
                    ["EncryptionConfiguration"] = new JsonObject { ["EncryptionType"] = "KMS", ["KmsKey"] = Attribute("Key", "Arn") },
                    ["LifecyclePolicy"] = new JsonObject { ["LifecyclePolicyText"] = """{"rules":[{"rulePriority":1,"description":"the last 20 images","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":20},"action":{"type":"expire"}}]}""" },
                },
                Kept());
        }
    }

    private static void AddLogGroup(CloudFormationTemplate template, string name) => template.Resource(
        $"{Id(name)}Logs", "AWS::Logs::LogGroup", new JsonObject { ["LogGroupName"] = LogGroup(name), ["RetentionInDays"] = RetentionDays, ["KmsKeyId"] = Attribute("Key", "Arn") }, Kept());

    private static JsonObject Kept() => new() { ["DeletionPolicy"] = "Retain", ["UpdateReplacePolicy"] = "Retain" };
}
