using Sentinel.Api.Audit;
using Sentinel.Api.CustomRules;
using Sentinel.Api.Documentation;
using Sentinel.Api.Findings;
using Sentinel.Api.GitHubApps;
using Sentinel.Api.Heartbeats;
using Sentinel.Api.Imports;
using Sentinel.Api.Live;
using Sentinel.Api.Liveness;
using Sentinel.Api.Noise;
using Sentinel.Api.Operations;
using Sentinel.Api.Outbox;
using Sentinel.Api.Overview;
using Sentinel.Api.People;
using Sentinel.Api.Problems;
using Sentinel.Api.Repositories;
using Sentinel.Api.Requests;
using Sentinel.Api.Rules;
using Sentinel.Api.Scans;
using Sentinel.Api.Schemas;
using Sentinel.Api.Security;
using Sentinel.Api.Security.Keys;
using Sentinel.Api.Sessions;
using Sentinel.Api.Sweeps;
using Sentinel.Api.Tokens;
using Sentinel.Api.Visibility;
using Sentinel.Api.Webhooks;
using Sentinel.Contracts;
using Sentinel.Data;
using Sentinel.GitHub;
using Sentinel.ServiceDefaults;

namespace Sentinel.Api;

/// <summary>The API's table of contents; tests build the same host.</summary>
internal static class ApiHost
{
    /// <summary>Largest body of any request but a webhook: the longest is a justification.</summary>
    private const int MaxBodyBytes = 64 * 1024;

    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults("api");
        builder.AddSentinelData();
        builder.Services.AddStoredGitHubApp().AddGitHub();
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = MaxBodyBytes);
        builder.Services.ConfigureHttpJsonOptions(options => SentinelJson.Apply(options.SerializerOptions));
        builder.Services.AddSentinelProblems();
        builder.Services.AddSentinelSecurity();
        builder.Services.AddKeyRing(builder.Configuration);
        builder.Services.AddSessions();
        builder.Services.AddGitHubApps();
        builder.Services.AddVisibility();
        builder.Services.AddValidation();
        builder.Services.AddAudit();
        builder.Services.AddLive();
        builder.Services.AddWebhooks();
        builder.Services.AddScans();
        builder.Services.AddFindings();
        builder.Services.AddHeartbeats();
        builder.Services.AddSweeps();
        builder.Services.AddDocumentation();
        return builder;
    }

    public static WebApplication MapApi(this WebApplication app)
    {
        app.MapDefaultEndpoints();
        app.UseSecurityHeaders();
        app.UseDocumentationHeaders();
        app.UseSentinelProblems();
        app.UseRouting();
        app.UseSentinelSecurity();

        app.MapGitHubWebhooks();
        app.MapOverview();
        app.MapRepositories();
        app.MapScans();
        app.MapFindings();
        app.MapImports();
        app.MapRules();
        app.MapCustomRules();
        app.MapRequests();
        app.MapOperations();
        app.MapOutbox();
        app.MapLive();
        app.MapLiveness();
        app.MapNoise();
        app.MapSession();
        app.MapTokens();
        app.MapPeople();
        app.MapGitHubApp();
        app.MapAudit();
        app.MapSchemas();
        app.MapDocumentation();
        return app;
    }
}
