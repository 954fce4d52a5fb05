using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Contracts;
using Sentinel.Contracts.Ai;
using Sentinel.ServiceDefaults;

namespace Sentinel.AiService.Explanations;

internal static class ExplanationsApi
{
    public static void AddExplanations(this WebApplicationBuilder builder, bool withModel)
    {
        builder.Services.AddSingleton<AiTelemetry>();
        if (withModel) builder.Services.AddSingleton<Caching.AnswerCache>().AddSingleton<IExplainer, ModelExplainer>();
        else builder.Services.AddSingleton<IExplainer, GuidanceExplainer>();
        builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = ExplanationRequestCheck.MaxBodyBytes);
    }

    public static void MapExplanations(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithTags("Explanations").RequireInternalPeer();
        group.MapPost(ApiRoutes.AiExplanations, Explain);
    }

    private static async Task<Results<Ok<ExplanationResponse>, ValidationProblem>> Explain(
        ExplanationRequest request, IExplainer explainer, CancellationToken cancellationToken) =>
        ExplanationRequestCheck.FaultsOf(request) is { Count: > 0 } faults
            ? TypedResults.ValidationProblem(faults)
            : TypedResults.Ok(await explainer.ExplainAsync(request, cancellationToken));
}
