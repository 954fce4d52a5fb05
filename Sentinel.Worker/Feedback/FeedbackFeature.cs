using Sentinel.Worker.CodeScanning;
using Sentinel.Worker.Outbox;

namespace Sentinel.Worker.Feedback;

/// <summary>Tells GitHub what scans found: check runs, reviews and comments.</summary>
internal static class FeedbackFeature
{
    public static void AddFeedback(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<HeadStates>();
        builder.Services.AddSingleton<DashboardAddress>();
        builder.Services.AddOutboxHandler<CheckHandler>();
        builder.Services.AddOutboxHandler<ReviewHandler>();
        builder.Services.AddOutboxHandler<CodeScanningHandler>();
    }
}
