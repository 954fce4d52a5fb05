using Sentinel.Data;
using Sentinel.GitHub;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;
using Sentinel.ServiceDefaults;
using Sentinel.ServiceDefaults.Configuration;
using Sentinel.Worker.Checkout;
using Sentinel.Worker.Commands;
using Sentinel.Worker.CustomRules;
using Sentinel.Worker.Explanations;
using Sentinel.Worker.Exposure;
using Sentinel.Worker.Feedback;
using Sentinel.Worker.Findings;
using Sentinel.Worker.Heartbeats;
using Sentinel.Worker.Imports;
using Sentinel.Worker.Liveness;
using Sentinel.Worker.Outbox;
using Sentinel.Worker.Scans;

namespace Sentinel.Worker;

/// <summary>What the worker is made of.</summary>
internal static class WorkerHost
{
    public static WebApplicationBuilder AddWorker(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults("worker");
        builder.AddSentinelData();
        builder.Services.AddStoredGitHubApp().AddGitHub();
        builder.AddCheckout();
        builder.AddScans();
        builder.AddExposure();
        builder.AddOutbox();
        builder.AddExplanations();
        builder.AddFeedback();
        builder.Services.AddCommands();
        builder.AddLiveness();
        builder.AddCustomRules();
        return builder;
    }

    private static void AddCheckout(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<CheckoutOptions>().BindConfiguration(CheckoutOptions.Section);
        builder.Services.AddSingleton(RemotePolicy.From(builder.Configuration, builder.Environment));
        builder.Services.AddSingleton<RemoteAccess>();
        builder.Services.AddSingleton<GitMirror>();
    }

    private static void AddScans(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<WorkerOptions>().BindConfiguration(WorkerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<Func<SecretRuleSet, IReadOnlyList<IFileAnalyzer>>>(ScannerRegistration.With);
        builder.Services.AddSingleton<ScanEngines>();
        builder.Services.AddSingleton<ActionTags>();
        builder.Services.AddSingleton<HeartbeatScan>();
        builder.Services.AddSingleton<ImportScan>();
        builder.Services.AddSingleton<WorkerTelemetry>();
        builder.Services.AddSingleton<ScanExecutor>();
        builder.Services.AddHostedService<ScanWorker>();
    }

    private static void AddExposure(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ExposureOptions>().BindConfiguration(ExposureOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CommitReader>();
        builder.Services.AddSingleton<PushedCommits>();
        builder.Services.AddSingleton<CommitScan>();
        builder.Services.AddSingleton<ExposureReach>();
        builder.Services.AddSingleton<HistoryAfterFirstScan>();
    }

    private static void AddExplanations(this WebApplicationBuilder builder)
    {
        var url = builder.Configuration[ConfigurationKeys.AiServiceUrl] is { Length: > 0 } configured ? configured : "https+http://ai-service";
#pragma warning disable EXTEXP0001 // Taking a default handler off one client is still marked experimental.
        builder.Services.AddHttpClient(ExplanationHandler.AiClient, client =>
        {
            client.BaseAddress = new Uri(url);
            // A model may think for longer than the default limits allow. The AI service has its own and falls back; the outbox retries.
            client.Timeout = TimeSpan.FromMinutes(2);
        }).RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        builder.Services.AddOutboxHandler<ExplanationHandler>();
    }
}
