namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>The names operators deploy Sentinel with. They are fixed.</summary>
public static class ConfigurationKeys
{
    /// <summary>Port to listen on.</summary>
    public const string Port = "PORT";

    /// <summary>PostgreSQL.</summary>
    public const string DatabaseUrl = "DATABASE_URL";

    /// <summary>Password for <see cref="DatabaseUrl"/> where the platform hands it out by itself.</summary>
    public const string DatabasePassword = "DATABASE_PASSWORD";

    /// <summary>Password for <see cref="RedisUrl"/> where the platform hands it out by itself.</summary>
    public const string RedisPassword = "REDIS_PASSWORD";

    /// <summary>Redis, Valkey or Garnet.</summary>
    public const string RedisUrl = "REDIS_URL";

    /// <summary>Google Gemini API key.</summary>
    public const string ApiKey = "API_KEY";

    /// <summary>Base URL of an OpenAI-compatible API to use instead of Gemini's.</summary>
    public const string AiBaseUrl = "AI_BASE_URL";

    /// <summary>Name of the model at that API.</summary>
    public const string AiModel = "AI_MODEL";

    /// <summary>GitHub OAuth client.</summary>
    public const string GitHubClientId = "GITHUB_CLIENT_ID";

    /// <summary>GitHub OAuth client's secret.</summary>
    public const string GitHubClientSecret = "GITHUB_CLIENT_SECRET";

    /// <summary>GitHub organisations, apart by commas, whose members may sign in; unset for everybody with an account at that GitHub.</summary>
    public const string GitHubAllowedOrgs = "GITHUB_ALLOWED_ORGS";

    /// <summary>Internal URL of the AI service.</summary>
    public const string AiServiceUrl = "AI_SERVICE_URL";

    /// <summary>Internal URL of the API, for the dashboard.</summary>
    public const string ApiUrl = "API_URL";

    /// <summary>Secret with which GitHub signs webhooks.</summary>
    public const string GitHubWebhookSecret = "GITHUB_WEBHOOK_SECRET";

    /// <summary>
    /// Secret from which the keys are derived (HKDF-SHA-256, one for each use) under which the installation's own secrets are stored; at
    /// least 32 characters.
    /// </summary>
    public const string SentinelKey = "SENTINEL_KEY";

    /// <summary>GitHub App.</summary>
    public const string GitHubAppId = "GITHUB_APP_ID";

    /// <summary>GitHub App's private key, PEM.</summary>
    public const string GitHubAppPrivateKey = "GITHUB_APP_PRIVATE_KEY";

    /// <summary>REST API of GitHub or GitHub Enterprise Server.</summary>
    public const string GitHubApiUrl = "GITHUB_API_URL";

    /// <summary>Web address of GitHub or GitHub Enterprise Server.</summary>
    public const string GitHubUrl = "GITHUB_URL";

    /// <summary>Name of the database's connection string.</summary>
    public const string DatabaseConnection = "sentineldb";

    /// <summary>Name of the Redis connection string.</summary>
    public const string RedisConnection = "redis";
}
