using Sentinel.AiService.Budgets;
using Sentinel.AiService.Caching;
using Sentinel.AiService.Explanations;
using Sentinel.AiService.Models;
using Sentinel.AiService.Redaction;
using Sentinel.Contracts;
using Sentinel.ServiceDefaults;

namespace Sentinel.AiService;

/// <summary>The AI service, feature by feature.</summary>
internal static class AiServiceHost
{
    public static WebApplicationBuilder AddAiService(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults("ai-service");
        builder.Services.ConfigureHttpJsonOptions(json => SentinelJson.Apply(json.SerializerOptions));
        builder.Services.AddProblemDetails();
        builder.AddRedis();
        builder.AddRedaction();
        builder.AddBudgets();
        builder.AddExplanations(builder.AddModel());
        return builder;
    }

    public static WebApplication MapAiService(this WebApplication app)
    {
        app.MapDefaultEndpoints();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapExplanations();
        return app;
    }
}
