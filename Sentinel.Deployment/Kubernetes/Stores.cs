using System.Text.Json.Nodes;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Kubernetes;

/// <summary>Where PostgreSQL and Redis are: elsewhere, or in the cluster for trying out and for small teams.</summary>
internal sealed class Stores(DeploymentModel model, ClusterValues values)
{
    /// <summary>Name of the ConfigMap with the addresses.</summary>
    public const string ConfigName = "stores";

    private const string SecretFolder = "/run/secrets/sentinel";

    public IEnumerable<ClusterObject> Objects()
    {
        yield return new ClusterObject(ClusterPart.ExternalStores, "stores", Addresses(
            $"postgres://{values.Text("postgres.user")}@{values.Text("postgres.host")}:{values.Text("postgres.port")}/{values.Text("postgres.database")}?sslmode={values.Text("postgres.sslMode")}",
            $"{values.Computed("ternary \"rediss\" \"redis\" .Values.redis.tls", v => v.Flag("redis.tls") ? "rediss" : "redis")}://{values.Text("redis.host")}:{values.Text("redis.port")}"));

        var (postgres, redis) = (model.Store(StoreKind.Postgres), model.Store(StoreKind.Redis));
        yield return InCluster("stores", Addresses(ServiceEnvironment.StoreUrl(postgres, postgres.Name), ServiceEnvironment.StoreUrl(redis, redis.Name)));
        foreach (var manifest in Store(postgres, Postgres(postgres), ContainerImages.PostgresUserId, "20Gi")) yield return InCluster(postgres.Name, manifest);
        foreach (var manifest in Store(redis, Redis(redis), ContainerImages.RedisUserId, "2Gi")) yield return InCluster(redis.Name, manifest);
    }

    private static ClusterObject InCluster(string file, JsonObject manifest) => new(ClusterPart.InClusterStores, file, manifest);

    private JsonObject Addresses(string database, string redis)
    {
        var config = ClusterShapes.Object(model, values, "v1", "ConfigMap", ConfigName, ConfigName, null);
        config["data"] = new JsonObject { ["DATABASE_URL"] = database, ["REDIS_URL"] = redis };
        return config;
    }

    private IEnumerable<JsonObject> Store(StoreModel store, JsonObject container, int user, string size)
    {
        var account = ClusterShapes.Object(model, values, "v1", "ServiceAccount", store.Name, store.Name, null);
        account["automountServiceAccountToken"] = false;
        yield return account;
        yield return ClusterShapes.Object(model, values, "v1", "Service", store.Name, store.Name, new JsonObject
        {
            ["clusterIP"] = "None",
            ["selector"] = ClusterShapes.Selector(model.Name, store.Name),
            ["ports"] = Items(new JsonObject { ["name"] = "store", ["port"] = store.Port, ["targetPort"] = "store", ["protocol"] = "TCP" }),
        });
        yield return ClusterShapes.Disruption(model, values, store.Name);
        yield return ClusterShapes.Object(model, values, "apps/v1", "StatefulSet", store.Name, store.Name, new JsonObject
        {
            ["serviceName"] = store.Name,
            ["replicas"] = 1,
            ["revisionHistoryLimit"] = 5,
            ["selector"] = new JsonObject { ["matchLabels"] = ClusterShapes.Selector(model.Name, store.Name) },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = ClusterShapes.Labels(model, values, store.Name) },
                ["spec"] = new JsonObject
                {
                    ["serviceAccountName"] = store.Name,
                    ["automountServiceAccountToken"] = false,
                    ["enableServiceLinks"] = false,
                    ["securityContext"] = Workloads.PodSecurity(user),
                    ["terminationGracePeriodSeconds"] = 60,
                    ["containers"] = Items(container),
                    ["volumes"] = Items(
                        new JsonObject { ["name"] = "tmp", ["emptyDir"] = new JsonObject { ["sizeLimit"] = "64Mi" } },
                        store.Kind == StoreKind.Postgres ? new JsonObject { ["name"] = "run", ["emptyDir"] = new JsonObject { ["sizeLimit"] = "1Mi" } } : null,
                        new JsonObject { ["name"] = "secrets", ["secret"] = new JsonObject { ["secretName"] = values.Text("secrets.name"), ["defaultMode"] = 288, ["items"] = Items(new JsonObject { ["key"] = File(store), ["path"] = File(store) }) } }),
                },
            },
            ["volumeClaimTemplates"] = Items(new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = "data" },
                ["spec"] = new JsonObject { ["accessModes"] = List("ReadWriteOnce"), ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = size } } },
            }),
        });
    }

    private static JsonObject Postgres(StoreModel store) => Container(
        store, ContainerImages.Postgres, cpu: "500m", memory: "1Gi",
        [("PGDATA", "/data/pgdata"), ("POSTGRES_DB", store.Database), ("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --data-checksums"), ("POSTGRES_PASSWORD_FILE", $"{SecretFolder}/{File(store)}"), ("POSTGRES_USER", store.User)],
        List("pg_isready", "--quiet", $"--username={store.User}", $"--dbname={store.Database}"),
        [("run", "/var/run/postgresql")]);

    private static JsonObject Redis(StoreModel store)
    {
        var container = Container(
            store, ContainerImages.Redis, cpu: "100m", memory: "256Mi", [],
            List("/bin/sh", "-ec", $"REDISCLI_AUTH=\"$(cat {SecretFolder}/{File(store)})\" valkey-cli --no-auth-warning ping | grep -q PONG"), []);
        // The password reaches the server by a file in memory, never by a command line.
        container["command"] = List("/bin/sh", "-ec", $"umask 077; printf 'requirepass %s\\n' \"$(cat {SecretFolder}/{File(store)})\" > /tmp/secret.conf; exec valkey-server /tmp/secret.conf --appendonly yes --maxmemory 192mb --maxmemory-policy noeviction --dir /data --save ''");
        return container;
    }

    private static JsonObject Container(StoreModel store, string image, string cpu, string memory, (string, string)[] environment, JsonArray probe, (string Name, string Path)[] mounts) => new()
    {
        ["name"] = store.Name,
        ["image"] = image,
        ["imagePullPolicy"] = "IfNotPresent",
        ["ports"] = Items(new JsonObject { ["name"] = "store", ["containerPort"] = store.Port, ["protocol"] = "TCP" }),
        ["env"] = Items(environment.Select(e => (JsonNode)new JsonObject { ["name"] = e.Item1, ["value"] = e.Item2 })),
        ["securityContext"] = Workloads.ContainerSecurity(),
        ["resources"] = new JsonObject
        {
            ["requests"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory, ["ephemeral-storage"] = "128Mi" },
            ["limits"] = new JsonObject { ["memory"] = memory, ["ephemeral-storage"] = "512Mi" },
        },
        ["startupProbe"] = Probe(probe, period: 2, failures: 60),
        ["readinessProbe"] = Probe(probe, period: 10, failures: 3),
        ["livenessProbe"] = Probe(probe, period: 20, failures: 6),
        ["volumeMounts"] = Items([
            new JsonObject { ["name"] = "data", ["mountPath"] = "/data" },
            new JsonObject { ["name"] = "tmp", ["mountPath"] = "/tmp" },
            new JsonObject { ["name"] = "secrets", ["mountPath"] = SecretFolder, ["readOnly"] = true },
            .. mounts.Select(m => new JsonObject { ["name"] = m.Name, ["mountPath"] = m.Path })]),
    };

    private static JsonObject Probe(JsonArray command, int period, int failures) => new()
    {
        ["exec"] = new JsonObject { ["command"] = command.DeepClone() },
        ["periodSeconds"] = period,
        ["timeoutSeconds"] = 5,
        ["failureThreshold"] = failures,
    };

    private static string File(StoreModel store) => store.Password.Replace('-', '_');
}
