using System.Text.Json.Nodes;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>Alarms.</summary>
internal static class AwsAlarms
{
    /// <summary>An alarm that mails when it rings and when it stops.</summary>
    /// <param name="minutes">How many minutes in a row the threshold must be passed.</param>
    public static void Add(
        CloudFormationTemplate template, string id, string purpose, string space, string metric, string statistic, double threshold, int minutes,
        IEnumerable<(string Name, JsonNode Value)> dimensions, JsonNode topic, string comparison = "GreaterThanThreshold", string missing = "notBreaching") =>
        template.Resource($"{id}Alarm", "AWS::CloudWatch::Alarm", new JsonObject
        {
            ["AlarmDescription"] = purpose,
            ["Namespace"] = space,
            ["MetricName"] = metric,
            ["Dimensions"] = Items(dimensions.Select(d => (JsonNode)new JsonObject { ["Name"] = d.Name, ["Value"] = d.Value })),
            ["Statistic"] = statistic,
            ["Period"] = 60,
            ["EvaluationPeriods"] = minutes,
            ["Threshold"] = threshold,
            ["ComparisonOperator"] = comparison,
            ["TreatMissingData"] = missing,
            ["AlarmActions"] = Items(topic),
            ["OKActions"] = Items(topic.DeepClone()),
        });
}
