using Sentinel.Deployment.Checking;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

/// <summary>Each rule of deploy-check: one thing is broken in our own deployments, and that rule alone finds it.</summary>
public sealed class CheckerMutationTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);

    // Rule, file, what the place comes after, what is there, what it becomes; a second pair where the first would leave something loose.
    private static readonly Mutation[] All =
    [
        new("X1", "render/render.yaml", "sentinel-worker", "value: \"3002\"", "value: \"3999\""),
        new("X2", "render/render.yaml", "sentinel-worker", "key: DATABASE_URL", "key: DATABSE_URL"),
        new("X3", "compose/docker-compose.yaml", "", "POSTGRES_USER: sentinel", "POSTGRES_USER: http://u:hunter2@h"),
        new("X4", "compose/docker-compose.yaml", "", "valkey:8.1.3", "valkey:latest"),
        new("X5", "ecs/services.yaml", "", "StopTimeout: 60", "StopTimeout: 200"),
        new("X6", "kubernetes/base/worker.yaml", "", "--await-migrations", "--migrate"),
        new("X7", "kubernetes/components/keda/worker.yaml", "", "maxReplicaCount: 10", "maxReplicaCount: 12"),
        new("X8", "ecs/platform.yaml", "", "maxmemory-policy: noeviction", "maxmemory-policy: allkeys-lru"),
        new("X11", "kubernetes/base/web.yaml", "DOTNET_EnableDiagnostics", "value: \"0\"", "value: \"1\""),

        new("C1", "compose/docker-compose.yaml", "\n  web:", "- CMD\n", "- NONE\n"),
        new("C2", "compose/docker-compose.yaml", "", "condition: service_healthy", "condition: service_started"),
        new("C3", "compose/docker-compose.yaml", "", "\nnetworks:\n", "\nnetworks:\n  spare: {}\n"),
        new("C4", "compose/docker-compose.yaml", "", "internal: true", "internal: false"),
        new("C5", "compose/docker-compose.yaml", "", "127.0.0.1:${API_PORT", "${API_PORT"),
        new("C6", "compose/docker-compose.yaml", "", "POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password", "POSTGRES_PASSWORD: ${PASSWORD}"),
        new("C7", "compose/docker-compose.yaml", "", "read_only: true", "read_only: false"),
        new("C8", "compose/docker-compose.yaml", "", "pids: 256", "comment: none"),
        new("C9", "compose/docker-compose.yaml", "", "restart: unless-stopped", "restart: \"no\""),
        new("C10", "compose/docker-compose.yaml", "", "- postgres-data:/var/lib/postgresql/data", "- ./data:/var/lib/postgresql/data", "\n  postgres-data: {}", ""),
        new("C11", "compose/docker-compose.yaml", "", "max-size: 10m", "tag: x"),
        new("C12", "compose/docker-compose.yaml", "", "    stop_grace_period: 60s\n", ""),
        new("C13", "compose/docker-compose.yaml", "", "    scale: 2\n", "    scale: 2\n    container_name: worker\n"),
        new("C14", "compose/docker-compose.yaml", "", "    init: true\n", "    init: true\n    privileged: true\n"),
        new("C15", "compose/docker-compose.yaml", "", "name: sentinel\n", "version: \"3.8\"\nname: sentinel\n"),
        new("C16", "compose/docker-compose.yaml", "", "DASHBOARD__FRONTEND__AUTHMODE: BrowserToken", "DASHBOARD__FRONTEND__AUTHMODE: Unsecured"),

        new("K1", "kubernetes/base/namespace.yaml", "", "enforce: restricted", "enforce: baseline"),
        new("K2", "kubernetes/base/api.yaml", "", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
        new("K3", "kubernetes/base/api.yaml", "volumes:", "sizeLimit:", "medium:"),
        new("K4", "kubernetes/base/api.yaml", "limits:", "memory: 512Mi", "hugepages-2Mi: 0"),
        new("K5", "kubernetes/base/api.yaml", "livenessProbe:", "path: /alive", "path: /ready"),
        new("K6", "kubernetes/base/api.yaml", "", "preStop:", "postStart:"),
        new("K7", "kubernetes/base/api.yaml", "", "maxUnavailable: 0", "maxUnavailable: 1"),
        new("K8", "kubernetes/base/api.yaml", "kind: Deployment", "  revisionHistoryLimit: 5", "  replicas: 3\n  revisionHistoryLimit: 5"),
        new("K9", "kubernetes/base/api.yaml", "", "topologyKey: kubernetes.io/hostname", "topologyKey: rack"),
        new("K10", "kubernetes/base/api.yaml", "kind: PodDisruptionBudget", "maxUnavailable: 1", "maxUnavailable: 0"),
        new("K11", "kubernetes/base/api.yaml", "", "enableServiceLinks: false", "enableServiceLinks: true"),
        new("K12", "kubernetes/base/network-policies.yaml", "", "169.254.0.0/16", "192.0.2.0/24"),
        new("K13", "kubernetes/base/api.yaml", "kind: Service\n", "targetPort: http", "targetPort: 3001"),
        new("K14", "kubernetes/components/ingress/ingress.yaml", "", "  ingressClassName: nginx\n", ""),
        new("K15", "kubernetes/base/namespace.yaml", "", "kind: Namespace\n", "kind: Secret\ndata:\n  a: ${b}\n---\napiVersion: v1\nkind: Namespace\n", "kind: Secret\n", "kind: Secret\nmetadata:\n  name: s\n  namespace: sentinel\n"),
        new("K16", "kubernetes/components/keda/worker.yaml", "", "  fallback:\n    failureThreshold: 3\n    replicas: 2\n", ""),
        new("K17", "kubernetes/base/api.yaml", "kind: HorizontalPodAutoscaler", "stabilizationWindowSeconds:", "selectPolicy:"),
        new("K18", "kubernetes/base/migrations.yaml", "", "  backoffLimit: 6\n", ""),
        new("K19", "kubernetes/components/in-cluster-stores/postgres.yaml", "", "        fsGroup: 999\n", ""),
        new("K20", "kubernetes/base/api.yaml", "kind: Deployment", "    app.kubernetes.io/managed-by: sentinel\n", ""),
        new("K22", "kubernetes/base/api.yaml", "kind: ServiceAccount", "  namespace: sentinel\n", ""),
        new("K23", "kubernetes/base/api.yaml", "", "imagePullPolicy: IfNotPresent", "imagePullPolicy: Never"),
        new("K24", "kubernetes/base/api.yaml", "", "checksum/stores:", "note/stores:"),

        new("R2", "render/render.yaml", "fromDatabase:", "name: sentinel-postgres", "name: sentinel-nowhere"),
        new("R3", "render/render.yaml", "", "maxmemoryPolicy: noeviction", "maxmemoryPolicy: allkeys-lru"),
        new("R4", "render/render.yaml", "", "\nservices:\n", "\nenvVarGroups:\n  - name: g\n    envVars:\n      - key: A\n        sync: false\nservices:\n"),
        new("R5", "render/render.yaml", "sentinel-api", "    healthCheckPath: /ready\n", ""),
        new("R6", "render/render.yaml", "sentinel-web", "region: frankfurt", "region: oregon"),
        new("R7", "render/render-free.yaml", "type: web", "    plan: free\n", "    plan: free\n    preDeployCommand: \"true\"\n"),
        new("R8", "render/render.yaml", "type: pserv", "plan: starter", "plan: free"),
        new("R9", "render/render.yaml", "", "docker/api.Dockerfile", "docker/nowhere.Dockerfile"),
        new("R10", "render/render.yaml", "", "autoDeployTrigger: checksPass", "autoDeployTrigger: commit"),
        new("R11", "render/render.yaml", "", "    buildFilter:\n      paths:\n", "    buildFilter:\n      ignoredPaths:\n"),
        new("R12", "render/render-free.yaml", "", "key: PORT", "key: PROT"),
        new("R13", "render/render.yaml", "", "    maxShutdownDelaySeconds: 30\n", ""),
        new("R14", "render/render.yaml", "", "postgresMajorVersion: \"17\"", "postgresMajorVersion: 17"),
        new("R15", "render/render.yaml", "", "databases:\n", "databases:\n  - name: sentinel-postgres\n    region: frankfurt\n    postgresMajorVersion: \"17\"\n    ipAllowList: []\n"),

        new("A1", "ecs/platform.yaml", "", "MapPublicIpOnLaunch: false", "MapPublicIpOnLaunch: true"),
        new("A2", "ecs/platform.yaml", "LoadBalancerFromAnywhere80:", "FromPort: 80", "FromPort: 22"),
        new("A3", "ecs/platform.yaml", "", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "ELBSecurityPolicy-2016-08"),
        new("A4", "ecs/platform.yaml", "", "TargetType: ip", "TargetType: instance"),
        new("A5", "ecs/services.yaml", "", "User: \"1654\"", "User: \"0\""),
        new("A6", "ecs/services.yaml", "", "- kms:Decrypt", "- kms:*"),
        new("A7", "ecs/services.yaml", "", "Rollback: true", "Rollback: false"),
        new("A8", "ecs/services.yaml", "", "ScaleInCooldown: 300", "ScaleInCooldown: 60"),
        new("A10", "ecs/platform.yaml", "", "DeletionProtection: true", "DeletionProtection: false"),
        new("A11", "ecs/platform.yaml", "", "MultiAZEnabled: true", "MultiAZEnabled: false"),
        new("A12", "ecs/foundation.yaml", "", "ScanOnPush: true", "ScanOnPush: false"),
        new("A13", "ecs/foundation.yaml", "", "RetentionInDays: 365", "LogGroupClass: STANDARD"),
        new("A14", "ecs/foundation.yaml", "", "EnableKeyRotation: true", "EnableKeyRotation: false"),
        new("A15", "ecs/platform.yaml", "", "AlarmActions:", "InsufficientDataActions:"),
        new("A16", "ecs/platform.yaml", "", "Ref: Vpc\n", "Ref: Vpcc\n"),
        new("E1", "ec2/sentinel.yaml", "", "HttpTokens: required", "HttpTokens: optional"),
        new("E2", "ec2/sentinel.yaml", "UserData:", "AWS_REGION=${AWS::Region}", "DB_PASSWORD=hunter2"),
        new("E4", "ec2/sentinel.service", "", "Restart=on-failure\n", ""),
        new("E5", "ec2/sentinel.yaml", "DataVolume:", "Encrypted: true", "Encrypted: false"),
        new("Z1", "azure/azure.yaml", "", "host: containerapp", "host: containerap"),
        new("Z2", "azure/azure.yaml", "", "services:\n", "services:\n  web:\n    project: ../../Sentinel.Web\n    language: dotnet\n    host: containerapp\n"),
        new("Z4", "azure/aspire-manifest.json", "\"postgres-password\"", "\"secret\": true", "\"secret\": false"),

        new("D1", "docker/api.Dockerfile", "", "FROM ${SDK_IMAGE} AS build\n", ""),
        new("D2", "docker/api.Dockerfile", "", "USER 1654", "USER root"),
        new("D3", "docker/api.Dockerfile", "", "ENTRYPOINT [\"dotnet\", \"Sentinel.Api.dll\"]", "ENTRYPOINT dotnet Sentinel.Api.dll"),
        new("D4", "docker/api.Dockerfile", "WORKDIR /src", "COPY global.json", "COPY . .\nCOPY global.json"),
        new("D5", "docker/api.Dockerfile", "", "aspnet:10.0-noble-chiseled", "aspnet:latest"),
        new("D6", "docker/api.Dockerfile", "", "ARG VERSION=0.0.0", "ARG NUGET_TOKEN\nARG VERSION=0.0.0"),
        new("D7", "docker/api.Dockerfile.dockerignore", "", "\n*\n", "\n"),
        new("D8", "docker/api.Dockerfile", "", "EXPOSE 3001\n", ""),
        new("D9", "docker/api.Dockerfile", "", "LABEL org.opencontainers.image.title", "LABEL title", "org.opencontainers.image.", "", Everywhere: true),
        new("D10", "docker/api.Dockerfile", "", "HEALTHCHECK --interval", "LABEL check=\"\" # --interval"),

        new("L1", "compose/fluent-bit/elasticsearch.yaml", "", "tls: \"on\"", "tls: \"off\""),
        new("L2", "ecs/services-shipping.yaml", "", "enable-ecs-log-metadata: \"true\"", "enable-ecs-log-metadata: \"false\""),
        new("L4", "compose/fluent-bit/elasticsearch.yaml", "", "name: lua", "name: grep"),
        new("L5", "compose/fluent-bit/elasticsearch.yaml", "", "      retry_limit: 10\n", ""),

        new("G1", ".github/workflows/ci.yml", "", "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683", "actions/checkout@v4"),
        new("G2", ".github/workflows/ci.yml", "", "scan-type: config", "scan-type: repo"),
        new("G3", ".github/workflows/ci.yml", "", "exit-code: \"1\"", "exit-code: \"0\"", Everywhere: true),
        new("G4", ".trivyignore.yaml", "", "    expired_at: 2027-11-30\n", ""),
        new("G5", ".github/workflows/ci.yml", "", "format: cyclonedx", "format: json"),
        new("G6", ".github/workflows/ci.yml", "", "- run: dotnet build\n", "- run: echo \"${{ github.event.pull_request.title }}\"\n"),
        new("G7", ".github/workflows/ci.yml", "", "  schedule:\n", "  workflow_dispatch:\n"),
    ];

    [Fact]
    public void EveryRule_HasAMutation() => Assert.Equal(Checker.Rules.Select(r => r.Id).Order(StringComparer.Ordinal), All.Select(m => m.Rule).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task OurDeployments_BreakNoRule_AndEveryExemptionIsNeeded()
    {
        var exemptions = await ExemptionsAsync();

        var findings = Checker.Check(await FilesAsync(), exemptions, Today);

        Assert.Equal("", string.Join('\n', findings.Where(f => f.Exemption is null).Select(f => $"{f.Path}:{f.Line} {f.Rule.Id} {f.Message}")));
        Assert.Empty(exemptions.Unused);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task OneThingBroken_IsFoundByItsRuleAlone(string id)
    {
        var mutation = All.Single(m => m.Rule == id);
        var files = (await FilesAsync()).ToArray();
        var at = Array.FindIndex(files, f => f.Path.EndsWith(mutation.File, StringComparison.Ordinal));
        files[at] = CheckedFile.Parse(files[at].Path, mutation.Apply(files[at].Text));

        var found = Checker.Check(files, await ExemptionsAsync(), Today).Where(f => f.Exemption is null).ToArray();

        Assert.True(found.Length > 0 && found.All(f => f.Rule.Id == id), $"expected {id}, found:\n{string.Join('\n', found.Select(f => $"{f.Path}:{f.Line} {f.Rule.Id} {f.Message}"))}");
        Assert.All(found, f => Assert.InRange(f.Line, 1, files.Single(x => x.Path == f.Path).Text.Split('\n').Length));
    }

    public static TheoryData<string> Ids() => [.. All.Select(m => m.Rule)];

    private static async Task<IReadOnlyList<CheckedFile>> FilesAsync()
    {
        var workflow = Path.Combine(SharedFiles.RepositoryRoot, ".github", "workflows", "ci.yml");
        return [.. (await AppModel.FilesAsync()).Select(f => CheckedFile.Parse($"deploy/{f.Path}", f.Text)), CheckedFile.Parse(".github/workflows/ci.yml", await File.ReadAllTextAsync(workflow)), CheckedFile.Parse(".trivyignore.yaml", await File.ReadAllTextAsync(Path.Combine(SharedFiles.RepositoryRoot, ".trivyignore.yaml")))];
    }

    private static async Task<Exemptions> ExemptionsAsync()
    {
        var path = Path.Combine(SharedFiles.RepositoryRoot, "deploy", Exemptions.FileName);
        return Exemptions.Parse(path, await File.ReadAllTextAsync(path));
    }

    private sealed record Mutation(string Rule, string File, string After, string Old, string New, string? AlsoOld = null, string AlsoNew = "", bool Everywhere = false)
    {
        public string Apply(string text)
        {
            var start = text.IndexOf(After, StringComparison.Ordinal);
            Assert.True(start >= 0, $"{Rule}: '{After}' is not in {File}");
            text = Replace(text, start, Old, New, Everywhere && AlsoOld is null);
            return AlsoOld is null ? text : Replace(text, 0, AlsoOld, AlsoNew, Everywhere);
        }

        private string Replace(string text, int start, string old, string replacement, bool everywhere)
        {
            var at = text.IndexOf(old, start, StringComparison.Ordinal);
            Assert.True(at >= 0, $"{Rule}: '{old}' is not in {File}");
            return everywhere ? text.Replace(old, replacement, StringComparison.Ordinal) : text[..at] + replacement + text[(at + old.Length)..];
        }
    }
}
