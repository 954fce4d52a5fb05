namespace Sentinel.Contracts;

/// <summary>The public paths of the API, as used by the dashboard, the app host and the tests.</summary>
public static class ApiRoutes
{
    /// <summary><c>GET</c>: <see cref="Overview.OverviewResponse"/>.</summary>
    public const string Overview = "/api/v1/overview";

    /// <summary><c>GET</c> list (<c>q, after, limit</c>), <c>GET /{id}</c>, <c>POST /{id}/history-scans</c>, <c>POST /{id}/imports</c> (<c>ref, commit, category</c>; SARIF).</summary>
    public const string Repositories = "/api/v1/repositories";

    /// <summary><c>GET</c> list (<c>repositoryId, status, after, limit</c>), <c>POST</c>, <c>GET /{id}</c>, <c>POST /{id}/retry</c>, <c>POST /{id}/cancel</c>, <c>GET /{id}/events</c> (server-sent events of <see cref="Scans.ScanProgress"/>).</summary>
    public const string Scans = "/api/v1/scans";

    /// <summary><c>GET</c> list (<see cref="Findings.FindingQuery"/>), <c>GET /{id}</c>, <c>POST /{id}/dismiss</c>, <c>POST /{id}/reopen</c>, <c>POST /{id}/attest-rotation</c>, <c>POST /{id}/check-liveness</c>, <c>GET</c> and <c>POST /{id}/explanation</c>.</summary>
    public const string Findings = "/api/v1/findings";

    /// <summary><c>GET</c> list, <c>GET /{id}</c>; an id may hold slashes.</summary>
    public const string Rules = "/api/v1/rules";

    /// <summary><c>GET</c> list, <c>GET /{id}</c>, <c>POST</c>, <c>POST /check</c>, <c>POST /{id}/versions/{version}/dry-run</c>, <c>POST /{id}/versions/{version}/activate</c>, <c>POST /{id}/deactivate</c>.</summary>
    public const string CustomRules = "/api/v1/custom-rules";

    /// <summary><c>GET</c> list, <c>POST /{id}</c> switches a provider (<see cref="Liveness.SwitchLivenessRequest"/>).</summary>
    public const string Liveness = "/api/v1/liveness";

    /// <summary><c>GET</c> list (<c>repositoryId, ruleId</c>) of <see cref="Noise.RuleNoise"/>, <c>POST /{id}</c> of a repository (<see cref="Noise.SetRuleCommentsRequest"/>).</summary>
    public const string Noise = "/api/v1/noise";

    /// <summary><c>GET /{requestId}</c>: <see cref="Requests.RequestJourney"/>; also at <c>/api/requests/{requestId}</c>.</summary>
    public const string Requests = "/api/v1/requests";

    /// <summary><c>GET</c>: <see cref="Operations.OperationsSnapshot"/>.</summary>
    public const string Operations = "/api/v1/operations";

    /// <summary><c>POST /{id}/retry</c> sends a message again that was given up.</summary>
    public const string Outbox = "/api/v1/outbox";

    /// <summary><c>GET</c> list, <c>POST</c>, <c>DELETE /{id}</c>.</summary>
    public const string Tokens = "/api/v1/tokens";

    /// <summary>
    /// <c>GET</c> who is calling, <c>DELETE</c> signs out, <c>DELETE /all</c> signs out everywhere, <c>POST /local</c> signs in locally,
    /// <c>POST /github</c> and <c>POST /github/complete</c> sign in with GitHub, <c>GET /options</c>. Those that sign in are open to all.
    /// </summary>
    public const string Session = "/api/v1/session";

    /// <summary>
    /// <c>GET</c>: <see cref="GitHubApps.GitHubAppStatus"/>; <c>POST /manifest</c> and <c>POST /complete</c> make the App, <c>DELETE</c> forgets it.
    /// </summary>
    public const string GitHubApp = "/api/v1/github/app";

    /// <summary><c>GET</c> list, <c>POST /{id}/role</c>, <c>POST /{id}/sign-out</c>.</summary>
    public const string People = "/api/v1/people";

    /// <summary><c>GET</c> list (<c>after, limit</c>).</summary>
    public const string Audit = "/api/v1/audit";

    /// <summary><c>GET</c>: server-sent events of <see cref="Live.LiveEvent"/>.</summary>
    public const string Events = "/api/v1/events";

    /// <summary><c>GET</c>: the JSON schema of <c>.sentinel.yml</c> (open to all).</summary>
    public const string PolicySchema = "/api/v1/schemas/sentinel-policy.schema.json";

    /// <summary><c>POST</c>: GitHub's webhooks.</summary>
    public const string GitHubWebhooks = "/webhooks/github";

    /// <summary><c>POST</c> on the AI service.</summary>
    public const string AiExplanations = "/v1/explanations";
}
