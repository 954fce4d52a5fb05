using Sentinel.Contracts.Ai;

namespace Sentinel.AiService.Explanations;

/// <summary>Explains a finding. Always answers: with a model's words where they are proved, else with the rule's own.</summary>
internal interface IExplainer
{
    Task<ExplanationResponse> ExplainAsync(ExplanationRequest request, CancellationToken cancellationToken);
}
