using Sentinel.AppHost;
using Sentinel.Deployment;
using Sentinel.Deployment.Publishing;

var builder = DistributedApplication.CreateBuilder(DeploymentVerbs.Arguments(args));

var database = builder.AddPostgres("postgres").WithDataVolume("postgres").AddDatabase("sentineldb");
var redis = builder.AddRedis("redis");

var apiKey = builder.AddOptionalSecret("api-key", "API_KEY").WithPurpose("API_KEY", "Google Gemini API key");
var sentinelKey = builder.AddGeneratedSecret("sentinel-key", "SENTINEL_KEY").WithPurpose("SENTINEL_KEY", "what stored secrets are encrypted under; keep it", required: true);
var webhookSecret = builder.AddGeneratedSecret("github-webhook-secret", "GITHUB_WEBHOOK_SECRET").WithPurpose("GITHUB_WEBHOOK_SECRET", "what GitHub signs webhooks with", required: true);
var gitHubClientId = builder.AddOptionalSecret("github-client-id", "GITHUB_CLIENT_ID").WithPurpose("GITHUB_CLIENT_ID", "OAuth client ID for signing in with GitHub");
var gitHubClientSecret = builder.AddOptionalSecret("github-client-secret", "GITHUB_CLIENT_SECRET").WithPurpose("GITHUB_CLIENT_SECRET", "its client secret");
var gitHubAllowedOrgs = builder.AddOptionalSecret("github-allowed-orgs", "GITHUB_ALLOWED_ORGS").WithPurpose("GITHUB_ALLOWED_ORGS", "organisations whose members may sign in, apart by commas");
var gitHubAppId = builder.AddOptionalSecret("github-app-id", "GITHUB_APP_ID").WithPurpose("GITHUB_APP_ID", "ID of the GitHub App");
var gitHubAppKey = builder.AddOptionalSecret("github-app-private-key", "GITHUB_APP_PRIVATE_KEY").WithPurpose("GITHUB_APP_PRIVATE_KEY", "its private key in PEM form");

var migrations = builder.AddProject<Projects.Sentinel_Api>("migrations")
    .WithArgs("--migrate")
    .AsJob()
    .WithResources(cpuRequest: 100, cpuLimit: 1000, memoryMiB: 256)
    .WithReference(database).WaitFor(database);

var aiService = builder.AddProject<Projects.Sentinel_AiService>("ai-service")
    .WithServicePort(3003)
    .WithHttpHealthCheck("/ready")
    .WithScale(minimum: 2, maximum: 4)
    .WithResources(cpuRequest: 100, cpuLimit: 1000, memoryMiB: 256)
    .WithInternetAccess()
    .WithReference(redis).WaitFor(redis)
    .WithEnvironment("API_KEY", apiKey);

var api = builder.AddProject<Projects.Sentinel_Api>("api")
    .WithServicePort(3001, "API_PORT")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/ready")
    .WithScale(minimum: 2, maximum: 6)
    .WithResources(cpuRequest: 250, cpuLimit: 2000, memoryMiB: 512)
    .WithInternetAccess()
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(redis).WaitFor(redis)
    .WithReference(aiService)
    .WithEnvironment("API_KEY", apiKey)
    .WithEnvironment("SENTINEL_KEY", sentinelKey)
    .WithEnvironment("GITHUB_WEBHOOK_SECRET", webhookSecret)
    .WithEnvironment("GITHUB_CLIENT_ID", gitHubClientId)
    .WithEnvironment("GITHUB_CLIENT_SECRET", gitHubClientSecret)
    .WithEnvironment("GITHUB_ALLOWED_ORGS", gitHubAllowedOrgs)
    .WithEnvironment("GITHUB_APP_ID", gitHubAppId)
    .WithEnvironment("GITHUB_APP_PRIVATE_KEY", gitHubAppKey);

builder.AddProject<Projects.Sentinel_Worker>("worker")
    .WithReplicas(2)
    .WithServicePort(3002)
    .WithHttpHealthCheck("/ready")
    .WithQueueScale(minimum: 2, maximum: 10, scansPerReplica: 5)
    .WithResources(cpuRequest: 500, cpuLimit: 2000, memoryMiB: 1024)
    .WithGracePeriod(seconds: 60)
    .WithInternetAccess()
    .WithTools("git")
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(redis).WaitFor(redis)
    .WithReference(aiService)
    .WithLocalRepositories()
    .WithEnvironment("SENTINEL_KEY", sentinelKey)
    .WithEnvironment("GITHUB_APP_ID", gitHubAppId)
    .WithEnvironment("GITHUB_APP_PRIVATE_KEY", gitHubAppKey);

builder.AddProject<Projects.Sentinel_Web>("web")
    .WithServicePort(8080, "WEB_PORT")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/ready")
    .WithScale(minimum: 2, maximum: 4)
    .WithStickySessions()
    .WithResources(cpuRequest: 100, cpuLimit: 1000, memoryMiB: 512)
    .WithReference(redis).WaitFor(redis)
    .WithReference(api).WaitFor(api)
    .WithEnvironment("SENTINEL_KEY", sentinelKey);

builder.AddDeployment();

builder.Build().Run();
