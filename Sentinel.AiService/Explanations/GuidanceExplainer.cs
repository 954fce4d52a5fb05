using Sentinel.Contracts.Ai;
using Sentinel.Contracts.Findings;

namespace Sentinel.AiService.Explanations;

/// <summary>The rule's own words, for installations without a model and for everything a model could not answer.</summary>
internal sealed class GuidanceExplainer(AiTelemetry telemetry) : IExplainer
{
    public Task<ExplanationResponse> ExplainAsync(ExplanationRequest request, CancellationToken cancellationToken)
    {
        var guidance = Of(request, Reasons.NoKey, ContentHash.Of(request));
        telemetry.Explained(nameof(ExplanationSource.Guidance), guidance.Reason, cached: false, droppedClaims: 0);
        return Task.FromResult(guidance);
    }

    public static ExplanationResponse Of(ExplanationRequest request, string reason, string contentHash) => new(
        ExplanationSource.Guidance, Model: null, request.Message, request.Guidance.Description, request.Guidance.Remediation, Claims: [],
        DroppedClaims: 0, reason, InputTokens: 0, OutputTokens: 0, CostUsd: 0, Cached: false, contentHash);
}
