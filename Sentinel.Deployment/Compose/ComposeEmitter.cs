using System.Globalization;
using System.Text.Json.Nodes;
using Sentinel.Deployment.Images;
using Sentinel.Deployment.Manifests;
using Sentinel.Deployment.Model;
using static Sentinel.Deployment.Manifests.Json;

namespace Sentinel.Deployment.Compose;

/// <summary>
/// Docker Compose for one host: https://github.com/compose-spec/compose-spec/blob/main/spec.md. Stores are reached only inside, secrets
/// are files, and every service is limited, unprivileged and read-only.
/// </summary>
internal static class ComposeEmitter
{
    private const string Secrets = "/run/secrets/";

    public static IEnumerable<GeneratedFile> Emit(DeploymentModel model)
    {
        var compose = new JsonObject
        {
            ["name"] = model.Name,
            ["services"] = Map(
                model.Stores.Select(s => (s.Name, (JsonNode?)Store(s)))
                    .Concat(model.Services.Select(s => (s.Name, (JsonNode?)Service(s, model))))
                    .Concat(ComposeObservability.Services())),
            ["networks"] = new JsonObject
            {
                ["edge"] = new JsonObject(),
                ["data"] = new JsonObject { ["internal"] = true },
            },
            ["volumes"] = Map(Volumes(model).Select(v => (v, (JsonNode?)new JsonObject()))),
            ["secrets"] = Map(model.Secrets.Select(s => (s.File, (JsonNode?)new JsonObject { ["file"] = $"./secrets/{s.File}" }))),
        };
        yield return new GeneratedFile("compose/docker-compose.yaml", ManifestYaml.Write(GeneratedFile.Notice, compose));
        yield return new GeneratedFile("compose/.env.example", EnvironmentExample(model));
        yield return new GeneratedFile("compose/init-secrets.sh", InitSecrets(model), Executable: true);
        foreach (var file in ComposeObservability.Files()) yield return file;
        yield return ComposeObservability.LoggingOverlay(model.Services.Select(s => s.Name));
    }

    /// <summary>What every container of ours and of others has: no privileges, bounded, its logs rotated.</summary>
    internal static JsonObject Hardened(JsonObject service, double cpus, int memoryMiB, int pids, string restart) => service
        .With("restart", restart)
        .With("init", true)
        .With("read_only", true)
        .With("cap_drop", List("ALL"))
        .With("security_opt", List("no-new-privileges:true"))
        .With("deploy", new JsonObject
        {
            ["resources"] = new JsonObject
            {
                ["limits"] = new JsonObject { ["cpus"] = Cpus(cpus), ["memory"] = $"{memoryMiB}M", ["pids"] = pids },
                ["reservations"] = new JsonObject { ["cpus"] = Cpus(cpus / 4), ["memory"] = $"{memoryMiB / 2}M" },
            },
        })
        .With("logging", new JsonObject
        {
            ["driver"] = "json-file",
            ["options"] = new JsonObject { ["max-size"] = "10m", ["max-file"] = "5" },
        });

    private static JsonObject Service(ServiceModel service, DeploymentModel model)
    {
        var job = service.Kind == ServiceKind.Job;
        var compose = new JsonObject
        {
            ["image"] = $"${{SENTINEL_REGISTRY:-{ContainerImages.Registry}}}/{ContainerImages.Name(service)}:${{SENTINEL_VERSION:?set SENTINEL_VERSION in .env}}",
            ["build"] = new JsonObject { ["context"] = "../..", ["dockerfile"] = $"deploy/docker/{service.Image}.Dockerfile" },
        };
        if (service.Arguments.Count > 0) compose["command"] = List(service.Arguments);
        compose["user"] = ContainerImages.UserId.ToString(CultureInfo.InvariantCulture);
        compose["environment"] = Texts(Environment(service, model));
        if (service.Public) compose["ports"] = List($"127.0.0.1:${{{Upper(service.Name)}_PORT:-{service.Port}}}:{service.Port}");
        compose["networks"] = List(Networks(service));
        compose["depends_on"] = Map(service.WaitsFor.Select(d => (d.Name, (JsonNode?)new JsonObject { ["condition"] = d.Completed ? "service_completed_successfully" : "service_healthy" })));
        var secrets = ServiceSecrets(service, model).Select(s => s.File).ToArray();
        if (secrets.Length > 0) compose["secrets"] = List(secrets);
        if (service.Tools.Contains("git")) compose["volumes"] = List($"{service.Name}-cache:/cache");
        compose["tmpfs"] = List($"/tmp:size=256m,mode=1777");
        compose["stop_signal"] = "SIGTERM";
        compose["stop_grace_period"] = $"{service.GraceSeconds}s";
        if (!job)
        {
            compose["healthcheck"] = Healthcheck(List("CMD", "dotnet", ContainerImages.Assembly(service), "--healthcheck"), startPeriod: "60s");
            // One host balances no load: only what takes its work from the queue gains by replicas.
            if (service.Kind == ServiceKind.Worker) compose["scale"] = service.Scale.Minimum;
        }
        return Hardened(compose, service.Resources.CpuLimit / 1000.0, service.Resources.MemoryMiB, 512, job ? "no" : "unless-stopped");
    }

    private static JsonObject Store(StoreModel store) => store.Kind == StoreKind.Postgres ? Postgres(store) : Redis(store);

    private static JsonObject Postgres(StoreModel store)
    {
        var file = store.Password.Replace('-', '_');
        return Hardened(
            new JsonObject
            {
                ["image"] = ContainerImages.Postgres,
                ["user"] = ContainerImages.PostgresUserId.ToString(CultureInfo.InvariantCulture),
                ["environment"] = Texts([("PGDATA", "/var/lib/postgresql/data/pgdata"), ("POSTGRES_DB", store.Database), ("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --data-checksums"), ("POSTGRES_PASSWORD_FILE", Secrets + file), ("POSTGRES_USER", store.User)]),
                ["networks"] = List("data"),
                ["secrets"] = List(file),
                ["volumes"] = List($"{store.Name}-data:/var/lib/postgresql/data"),
                ["tmpfs"] = List("/tmp:size=64m,mode=1777", "/var/run/postgresql:size=1m,mode=1777"),
                ["shm_size"] = "128m",
                // A fast shutdown: connections are ended, nothing committed is lost.
                ["stop_signal"] = "SIGINT",
                ["stop_grace_period"] = "60s",
                // By address: while the database is made, a server answers on the socket alone, and is stopped again.
                ["healthcheck"] = Healthcheck(List("CMD", "pg_isready", "--quiet", "--host=127.0.0.1", $"--username={store.User}", $"--dbname={store.Database}"), startPeriod: "30s"),
            },
            2, 1024, 256, "unless-stopped");
    }

    private static JsonObject Redis(StoreModel store)
    {
        var file = Secrets + store.Password.Replace('-', '_');
        return Hardened(
            new JsonObject
            {
                ["image"] = ContainerImages.Redis,
                ["user"] = ContainerImages.RedisUserId.ToString(CultureInfo.InvariantCulture),
                // The password reaches the server by a file in memory, never by the command line that others on the host can read.
                ["entrypoint"] = List("/bin/sh", "-ec", $"umask 077; printf 'requirepass %s\\n' \"$$(cat {file})\" > /tmp/secret.conf; exec valkey-server /tmp/secret.conf --appendonly yes --maxmemory 192mb --maxmemory-policy noeviction --dir /data --save ''"),
                ["networks"] = List("data"),
                ["secrets"] = List(store.Password.Replace('-', '_')),
                ["volumes"] = List($"{store.Name}-data:/data"),
                ["tmpfs"] = List("/tmp:size=16m,mode=1777"),
                ["stop_signal"] = "SIGTERM",
                ["stop_grace_period"] = "30s",
                ["healthcheck"] = Healthcheck(List("CMD-SHELL", $"REDISCLI_AUTH=\"$$(cat {file})\" valkey-cli --no-auth-warning ping | grep -q PONG"), startPeriod: "10s"),
            },
            1, 256, 64, "unless-stopped");
    }

    private static IEnumerable<(string Key, string Value)> Environment(ServiceModel service, DeploymentModel model) =>
        ServiceEnvironment.Common(service).Concat(service.Variables.SelectMany(v => Variable(v, model))).OrderBy(v => v.Key, StringComparer.Ordinal);

    private static IEnumerable<(string Key, string Value)> Variable(VariableModel variable, DeploymentModel model) => variable.Value switch
    {
        LiteralValue literal => [(variable.Name, literal.Text)],
        SecretValue secret => [($"{variable.Name}_FILE", Secrets + model.Secrets.Single(s => s.Name == secret.Secret).File)],
        StoreAddress address => [(variable.Name, ServiceEnvironment.StoreUrl(model.Stores.Single(s => s.Name == address.Store), address.Store))],
        ServiceAddress address => [(variable.Name, $"http://{address.Service}:{model.Service(address.Service).Port}")],
        _ => throw new InvalidOperationException($"{variable.Name} has no form for compose."),
    };

    private static IEnumerable<SecretModel> ServiceSecrets(ServiceModel service, DeploymentModel model) =>
        service.Variables.Select(v => v.Value).OfType<SecretValue>().Select(v => model.Secrets.Single(s => s.Name == v.Secret)).Distinct().OrderBy(s => s.File, StringComparer.Ordinal);

    // Only what talks to a store stands in its network; what is public or calls out needs the other one.
    private static IEnumerable<string> Networks(ServiceModel service)
    {
        if (service.Stores.Any() || service.Calls.Any()) yield return "data";
        if (service.Public || service.Internet) yield return "edge";
    }

    private static IEnumerable<string> Volumes(DeploymentModel model) =>
        model.Stores.Select(s => $"{s.Name}-data").Concat(model.Services.Where(s => s.Tools.Contains("git")).Select(s => $"{s.Name}-cache")).Concat(ComposeObservability.Volumes);

    private static JsonObject Healthcheck(JsonArray test, string startPeriod) => new()
    {
        ["test"] = test,
        ["interval"] = "10s",
        ["timeout"] = "5s",
        ["retries"] = 6,
        ["start_period"] = startPeriod,
    };

    private static string EnvironmentExample(DeploymentModel model) =>
        $"""
        # {GeneratedFile.Notice}
        # Copy to .env. Secrets do not belong here: ./init-secrets.sh makes their files.
        SENTINEL_VERSION={model.Version}
        SENTINEL_REGISTRY={ContainerImages.Registry}
        {string.Join('\n', model.Services.Where(s => s.Public).Select(s => $"{Upper(s.Name)}_PORT={s.Port}"))}

        """;

    private static string InitSecrets(DeploymentModel model)
    {
        var generated = model.Secrets.Where(s => s.Generated).Select(s => $"generate {s.File} # {s.Purpose}");
        var given = model.Secrets.Where(s => !s.Generated).Select(s => $"leave {s.File} # {s.Purpose}; optional");
        return $$"""
            #!/bin/sh
            # {{GeneratedFile.Notice}}
            # Makes the files that docker-compose.yaml reads secrets from. Files that are there stay as they are.
            set -eu
            cd "$(dirname "$0")"
            mkdir -p secrets
            chmod 0711 secrets

            # Readable by the containers' users; the folder cannot be listed.
            keep() { chmod 0444 "secrets/$1"; }
            generate() { [ -s "secrets/$1" ] || head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' > "secrets/$1"; keep "$1"; }
            leave() { [ -e "secrets/$1" ] || : > "secrets/$1"; keep "$1"; }

            {{string.Join('\n', generated.Concat(given))}}
            echo "The secrets are in $(pwd)/secrets. Fill in the optional ones you need, then: docker compose up -d"

            """;
    }

    private static string Cpus(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Upper(string name) => name.ToUpperInvariant().Replace('-', '_');
}
