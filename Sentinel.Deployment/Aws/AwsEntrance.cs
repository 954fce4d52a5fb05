using System.Text.Json.Nodes;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>The load balancer with TLS, its name and certificate, and where it writes down who came.</summary>
internal static class AwsEntrance
{
    public static void Add(CloudFormationTemplate template, DeploymentModel model)
    {
        AddLogBucket(template);
        template.Resource("Certificate", "AWS::CertificateManager::Certificate", new JsonObject
        {
            ["DomainName"] = Ref("HostName"),
            ["ValidationMethod"] = "DNS",
            ["DomainValidationOptions"] = Items(new JsonObject { ["DomainName"] = Ref("HostName"), ["HostedZoneId"] = Ref("HostedZoneId") }),
        });
        template.Resource(
            "LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", new JsonObject
            {
                ["Type"] = "application",
                ["Scheme"] = "internet-facing",
                ["Subnets"] = AwsNetwork.Subnets("Public"),
                ["SecurityGroups"] = Items(Attribute("LoadBalancerSecurityGroup", "GroupId")),
                ["LoadBalancerAttributes"] = Attributes(
                    ("access_logs.s3.bucket", Ref("AccessLogs")), ("access_logs.s3.enabled", "true"), ("deletion_protection.enabled", "true"),
                    // Longer than the keep-alive of live pages, which is 15 s.
                    ("idle_timeout.timeout_seconds", "120"), ("routing.http.desync_mitigation_mode", "strictest"), ("routing.http.drop_invalid_header_fields.enabled", "true")),
            },
            new JsonObject { ["DependsOn"] = "AccessLogsPolicy" });
        foreach (var service in model.Services.Where(s => s.Public)) AddTarget(template, service);
        template.Resource("HttpListener", "AWS::ElasticLoadBalancingV2::Listener", new JsonObject
        {
            ["LoadBalancerArn"] = Ref("LoadBalancer"),
            ["Port"] = 80,
            ["Protocol"] = "HTTP",
            ["DefaultActions"] = Items(new JsonObject { ["Type"] = "redirect", ["RedirectConfig"] = new JsonObject { ["Protocol"] = "HTTPS", ["Port"] = "443", ["StatusCode"] = "HTTP_301" } }),
        });
        template.Resource("HttpsListener", "AWS::ElasticLoadBalancingV2::Listener", new JsonObject
        {
            ["LoadBalancerArn"] = Ref("LoadBalancer"),
            ["Port"] = 443,
            ["Protocol"] = "HTTPS",
            ["SslPolicy"] = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            ["Certificates"] = Items(new JsonObject { ["CertificateArn"] = Ref("Certificate") }),
            ["DefaultActions"] = Items(Forward(model.Services.Single(s => s is { Public: true, Sticky: true }))),
        });
        foreach (var service in model.Services.Where(s => s is { Public: true, Sticky: false }))
        {
            template.Resource($"{Id(service.Name)}Rule", "AWS::ElasticLoadBalancingV2::ListenerRule", new JsonObject
            {
                ["ListenerArn"] = Ref("HttpsListener"),
                ["Priority"] = 10,
                ["Conditions"] = Items(new JsonObject { ["Field"] = "path-pattern", ["PathPatternConfig"] = new JsonObject { ["Values"] = List("/api/*", "/webhooks/*") } }),
                ["Actions"] = Items(Forward(service)),
            });
        }
        template.Resource("Address", "AWS::Route53::RecordSet", new JsonObject
        {
            ["HostedZoneId"] = Ref("HostedZoneId"),
            ["Name"] = Ref("HostName"),
            ["Type"] = "A",
            ["AliasTarget"] = new JsonObject { ["DNSName"] = Attribute("LoadBalancer", "DNSName"), ["HostedZoneId"] = Attribute("LoadBalancer", "CanonicalHostedZoneID"), ["EvaluateTargetHealth"] = true },
        });
        AwsAlarms.Add(template, "ServerErrors", "Requests end in errors", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", 10, 5, [("LoadBalancer", Attribute("LoadBalancer", "LoadBalancerFullName"))], Foundation.Alarms());
    }

    private static void AddTarget(CloudFormationTemplate template, ServiceModel service)
    {
        var attributes = new List<(string, JsonNode)> { ("deregistration_delay.timeout_seconds", "30") };
        if (service.Sticky) attributes.AddRange([("stickiness.enabled", "true"), ("stickiness.type", "lb_cookie"), ("stickiness.lb_cookie.duration_seconds", "86400")]);
        template.Resource($"{Id(service.Name)}Target", "AWS::ElasticLoadBalancingV2::TargetGroup", new JsonObject
        {
            ["VpcId"] = Ref("Vpc"),
            ["TargetType"] = "ip",
            ["Port"] = service.Port,
            ["Protocol"] = "HTTP",
            ["HealthCheckPath"] = "/ready",
            ["HealthCheckIntervalSeconds"] = 10,
            ["HealthCheckTimeoutSeconds"] = 5,
            ["HealthyThresholdCount"] = 2,
            ["UnhealthyThresholdCount"] = 3,
            ["Matcher"] = new JsonObject { ["HttpCode"] = "200" },
            ["TargetGroupAttributes"] = Attributes([.. attributes]),
        });
        AwsAlarms.Add(
            template, $"{Id(service.Name)}Unhealthy", $"A replica of {service.Name} does not answer", "AWS/ApplicationELB", "UnHealthyHostCount", "Maximum", 0, 5,
            [("LoadBalancer", Attribute("LoadBalancer", "LoadBalancerFullName")), ("TargetGroup", Attribute($"{Id(service.Name)}Target", "TargetGroupFullName"))], Foundation.Alarms());
    }

    // Load balancers cannot write to buckets that are encrypted with a key of one's own:
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html.
    private static void AddLogBucket(CloudFormationTemplate template)
    {
        template.Resource(
            "AccessLogs", "AWS::S3::Bucket", new JsonObject
            {
                ["BucketEncryption"] = new JsonObject { ["ServerSideEncryptionConfiguration"] = Items(new JsonObject { ["ServerSideEncryptionByDefault"] = new JsonObject { ["SSEAlgorithm"] = "AES256" } }) },
                ["OwnershipControls"] = new JsonObject { ["Rules"] = Items(new JsonObject { ["ObjectOwnership"] = "BucketOwnerEnforced" }) },
                ["PublicAccessBlockConfiguration"] = new JsonObject { ["BlockPublicAcls"] = true, ["BlockPublicPolicy"] = true, ["IgnorePublicAcls"] = true, ["RestrictPublicBuckets"] = true },
                ["VersioningConfiguration"] = new JsonObject { ["Status"] = "Enabled" },
                ["LifecycleConfiguration"] = new JsonObject
                {
                    ["Rules"] = Items(new JsonObject
                    {
                        ["Status"] = "Enabled",
                        ["ExpirationInDays"] = 365,
                        ["NoncurrentVersionExpiration"] = new JsonObject { ["NoncurrentDays"] = 30 },
                        ["AbortIncompleteMultipartUpload"] = new JsonObject { ["DaysAfterInitiation"] = 7 },
                    }),
                },
            },
            new JsonObject { ["DeletionPolicy"] = "Retain", ["UpdateReplacePolicy"] = "Retain" });
        template.Resource("AccessLogsPolicy", "AWS::S3::BucketPolicy", new JsonObject
        {
            ["Bucket"] = Ref("AccessLogs"),
            ["PolicyDocument"] = Policy(
                Allow(
                    ["s3:PutObject"], Sub("${AccessLogs.Arn}/AWSLogs/${AWS::AccountId}/*"), new JsonObject { ["Service"] = "logdelivery.elasticloadbalancing.amazonaws.com" },
                    new JsonObject { ["ArnLike"] = new JsonObject { ["aws:SourceArn"] = Sub("arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:loadbalancer/*") } }),
                new JsonObject
                {
                    ["Effect"] = "Deny",
                    ["Principal"] = "*",
                    ["Action"] = List("s3:*"),
                    ["Resource"] = Items(Attribute("AccessLogs", "Arn"), new JsonObject { ["Fn::Join"] = new JsonArray("", Items(Attribute("AccessLogs", "Arn"), "/*")) }),
                    ["Condition"] = new JsonObject { ["Bool"] = new JsonObject { ["aws:SecureTransport"] = "false" } },
                }),
        });
    }

    private static JsonObject Forward(ServiceModel service) => new() { ["Type"] = "forward", ["TargetGroupArn"] = Ref($"{Id(service.Name)}Target") };

    private static JsonArray Attributes(params IEnumerable<(string Key, JsonNode Value)> attributes) =>
        Items(attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => (JsonNode)new JsonObject { ["Key"] = a.Key, ["Value"] = a.Value }));
}
