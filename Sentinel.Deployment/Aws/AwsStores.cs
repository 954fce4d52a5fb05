using System.Text.Json.Nodes;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Aws.CloudFormationTemplate;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Aws;

/// <summary>RDS for PostgreSQL and ElastiCache for Valkey in the data subnets, and every secret in Secrets Manager.</summary>
internal static class AwsStores
{
    /// <summary>One secret with a member for each optional setting; empty means not set. Filled in by the operator.</summary>
    public const string Settings = "Settings";

    public static void Add(CloudFormationTemplate template, DeploymentModel model)
    {
        AddSecrets(template, model);
        AddPostgres(template, model.Store(StoreKind.Postgres));
        AddRedis(template, model.Store(StoreKind.Redis));
    }

    /// <summary>Logical ID of the secret that holds a secret of the model.</summary>
    public static string SecretId(SecretModel secret) => secret.Generated ? $"{Id(secret.Name)}Secret" : Settings;

    private static void AddSecrets(CloudFormationTemplate template, DeploymentModel model)
    {
        foreach (var secret in model.Secrets.Where(s => s.Generated))
        {
            template.Resource(
                SecretId(secret), "AWS::SecretsManager::Secret", new JsonObject
                {
                    ["Description"] = secret.Purpose,
                    ["KmsKeyId"] = Foundation.KeyArn(),
                    ["GenerateSecretString"] = new JsonObject { ["PasswordLength"] = 64, ["ExcludePunctuation"] = true, ["IncludeSpace"] = false },
                },
                Kept());
        }
        var settings = new JsonObject();
        foreach (var name in model.Secrets.Where(s => !s.Generated).Select(s => s.File).Concat(LogShipping.FireLens.Settings)) settings[name] = "";
        template.Resource(
            Settings, "AWS::SecretsManager::Secret", new JsonObject
            {
                ["Description"] = "Optional settings; empty means not set. Fill in with aws secretsmanager put-secret-value, then deploy the services again",
                ["KmsKeyId"] = Foundation.KeyArn(),
                ["SecretString"] = settings.ToJsonString(),
            },
            Kept());
    }

    private static void AddPostgres(CloudFormationTemplate template, StoreModel store)
    {
        template.Resource("PostgresSubnets", "AWS::RDS::DBSubnetGroup", new JsonObject { ["DBSubnetGroupDescription"] = "data subnets of Sentinel", ["SubnetIds"] = AwsNetwork.Subnets("Data") });
        template.Resource("PostgresParameters", "AWS::RDS::DBParameterGroup", new JsonObject
        {
            ["Family"] = "postgres17",
            ["Description"] = "Sentinel",
            ["Parameters"] = new JsonObject { ["rds.force_ssl"] = "1", ["log_connections"] = "1", ["log_min_duration_statement"] = "1000" },
        });
        template.Resource("PostgresMonitoring", "AWS::IAM::Role", new JsonObject
        {
            ["AssumeRolePolicyDocument"] = AssumedBy("monitoring.rds.amazonaws.com"),
            ["ManagedPolicyArns"] = Items(Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole")),
        });
        template.Resource(
            "PostgresInstance", "AWS::RDS::DBInstance", new JsonObject
            {
                ["Engine"] = "postgres",
                ["EngineVersion"] = "17.6",
                ["DBInstanceClass"] = Ref("DatabaseInstanceClass"),
                ["DBName"] = store.Database,
                ["Port"] = $"{store.Port}",
                ["MasterUsername"] = store.User,
                // Not one that RDS manages: it changes that every week, and tasks read theirs when they start.
                ["MasterUserPassword"] = Sub($"{{{{resolve:secretsmanager:${{{Id(store.Password)}Secret}}}}}}"),
                ["AllocatedStorage"] = "50",
                ["MaxAllocatedStorage"] = 500,
                ["StorageType"] = "gp3",
                ["StorageEncrypted"] = true,
                ["KmsKeyId"] = Foundation.KeyArn(),
                ["MultiAZ"] = true,
                ["PubliclyAccessible"] = false,
                ["DBSubnetGroupName"] = Ref("PostgresSubnets"),
                ["DBParameterGroupName"] = Ref("PostgresParameters"),
                ["VPCSecurityGroups"] = Items(Attribute("PostgresSecurityGroup", "GroupId")),
                ["BackupRetentionPeriod"] = 14,
                ["CopyTagsToSnapshot"] = true,
                ["DeletionProtection"] = true,
                ["AutoMinorVersionUpgrade"] = true,
                ["EnableCloudwatchLogsExports"] = List("postgresql", "upgrade"),
                ["EnableIAMDatabaseAuthentication"] = true,
                ["EnablePerformanceInsights"] = true,
                ["PerformanceInsightsKMSKeyId"] = Foundation.KeyArn(),
                ["MonitoringInterval"] = 60,
                ["MonitoringRoleArn"] = Attribute("PostgresMonitoring", "Arn"),
            },
            new JsonObject { ["DeletionPolicy"] = "Snapshot", ["UpdateReplacePolicy"] = "Snapshot" });
        (string, JsonNode)[] Of() => [("DBInstanceIdentifier", Ref("PostgresInstance"))];
        AwsAlarms.Add(template, "PostgresCpu", "PostgreSQL is busy", "AWS/RDS", "CPUUtilization", "Average", 80, 15, Of(), Foundation.Alarms());
        AwsAlarms.Add(template, "PostgresStorage", "PostgreSQL has less than 5 GB of storage left", "AWS/RDS", "FreeStorageSpace", "Minimum", 5e9, 5, Of(), Foundation.Alarms(), "LessThanThreshold");
    }

    private static void AddRedis(CloudFormationTemplate template, StoreModel store)
    {
        template.Resource("RedisSubnets", "AWS::ElastiCache::SubnetGroup", new JsonObject { ["Description"] = "data subnets of Sentinel", ["SubnetIds"] = AwsNetwork.Subnets("Data") });
        template.Resource("RedisParameters", "AWS::ElastiCache::ParameterGroup", new JsonObject
        {
            ["CacheParameterGroupFamily"] = "valkey8",
            ["Description"] = "A queue: nothing in it may be thrown away",
            ["Properties"] = new JsonObject { ["maxmemory-policy"] = "noeviction" },
        });
        template.Resource(
            "RedisGroup", "AWS::ElastiCache::ReplicationGroup", new JsonObject
            {
                ["ReplicationGroupDescription"] = "Sentinel's queue",
                ["Engine"] = "valkey",
                ["EngineVersion"] = "8.0",
                ["CacheNodeType"] = Ref("CacheNodeType"),
                ["NumCacheClusters"] = 2,
                ["AutomaticFailoverEnabled"] = true,
                ["MultiAZEnabled"] = true,
                ["Port"] = store.Port,
                ["AtRestEncryptionEnabled"] = true,
                ["KmsKeyId"] = Foundation.KeyArn(),
                ["TransitEncryptionEnabled"] = true,
                ["TransitEncryptionMode"] = "required",
                ["AuthToken"] = Sub($"{{{{resolve:secretsmanager:${{{Id(store.Password)}Secret}}}}}}"),
                ["CacheParameterGroupName"] = Ref("RedisParameters"),
                ["CacheSubnetGroupName"] = Ref("RedisSubnets"),
                ["SecurityGroupIds"] = Items(Attribute("RedisSecurityGroup", "GroupId")),
                ["SnapshotRetentionLimit"] = 15,
                ["AutoMinorVersionUpgrade"] = true,
            },
            new JsonObject { ["DeletionPolicy"] = "Snapshot", ["UpdateReplacePolicy"] = "Snapshot" });
        // Its nodes' names are the group's with a number: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.html.
        foreach (var node in new[] { "001", "002" })
            AwsAlarms.Add(template, $"RedisMemory{node}", "Redis' memory is filling up; it refuses writes when it is full", "AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "Maximum", 80, 5, [("CacheClusterId", Sub($"${{RedisGroup}}-{node}"))], Foundation.Alarms());
    }

    private static JsonObject Kept() => new() { ["DeletionPolicy"] = "Retain", ["UpdateReplacePolicy"] = "Retain" };
}
