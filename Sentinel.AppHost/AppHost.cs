using Microsoft.Extensions.Configuration;
using Sentinel.AppHost;

var builder = DistributedApplication.CreateBuilder(args);

var database = builder.AddPostgres("postgres").WithDataVolume("postgres").AddDatabase("sentineldb");
var redis = builder.AddRedis("redis");

var apiKey = builder.AddOptionalSecret("api-key", "API_KEY");
var webhookSecret = builder.AddWebhookSecret();
var gitHubClientId = builder.AddOptionalSecret("github-client-id", "GITHUB_CLIENT_ID");
var gitHubClientSecret = builder.AddOptionalSecret("github-client-secret", "GITHUB_CLIENT_SECRET");
var gitHubAppId = builder.AddOptionalSecret("github-app-id", "GITHUB_APP_ID");
var gitHubAppKey = builder.AddOptionalSecret("github-app-private-key", "GITHUB_APP_PRIVATE_KEY");

var migrations = builder.AddProject<Projects.Sentinel_Api>("migrations")
    .WithArgs("--migrate")
    .WithReference(database).WaitFor(database)
    .WithReference(redis).WaitFor(redis);

var aiService = builder.AddProject<Projects.Sentinel_AiService>("ai-service")
    .WithHttpEndpoint(env: "PORT")
    .WithHttpHealthCheck("/ready")
    .WithReference(redis).WaitFor(redis)
    .WithEnvironment("API_KEY", apiKey);

var api = builder.AddProject<Projects.Sentinel_Api>("api")
    .WithHttpEndpoint(port: builder.Configuration.GetValue("API_PORT", 3001), env: "PORT")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/ready")
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(redis).WaitFor(redis)
    .WithReference(aiService)
    .WithEnvironment("API_KEY", apiKey)
    .WithEnvironment("GITHUB_WEBHOOK_SECRET", webhookSecret)
    .WithEnvironment("GITHUB_CLIENT_ID", gitHubClientId)
    .WithEnvironment("GITHUB_CLIENT_SECRET", gitHubClientSecret)
    .WithEnvironment("GITHUB_APP_ID", gitHubAppId)
    .WithEnvironment("GITHUB_APP_PRIVATE_KEY", gitHubAppKey);

builder.AddProject<Projects.Sentinel_Worker>("worker")
    .WithReplicas(2)
    .WithHttpEndpoint(env: "PORT")
    .WithHttpHealthCheck("/ready")
    .WithReference(database).WaitForCompletion(migrations)
    .WithReference(redis).WaitFor(redis)
    .WithReference(aiService)
    .WithLocalRepositories()
    .WithEnvironment("GITHUB_APP_ID", gitHubAppId)
    .WithEnvironment("GITHUB_APP_PRIVATE_KEY", gitHubAppKey);

builder.AddProject<Projects.Sentinel_Web>("web")
    .WithHttpEndpoint(port: builder.Configuration.GetValue("WEB_PORT", 8080), env: "PORT")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/ready")
    .WithReference(redis).WaitFor(redis)
    .WithReference(api).WaitFor(api);

builder.Build().Run();
