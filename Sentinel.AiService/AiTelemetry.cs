using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sentinel.AiService;

/// <summary>What the service tells of itself: spans, tokens, cost, and why guidance was given instead of an answer.</summary>
internal sealed class AiTelemetry : IDisposable
{
    public const string Name = "Sentinel.AiService";

    private readonly Meter _meter;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _explanations;
    private readonly Counter<long> _droppedClaims;

    public AiTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _tokens = _meter.CreateCounter<long>("sentinel.ai.tokens", "{token}", "Tokens sent to and received from the model.");
        _cost = _meter.CreateCounter<double>("sentinel.ai.cost", "{USD}", "Cost of the model's answers by the configured prices.");
        _explanations = _meter.CreateCounter<long>("sentinel.ai.explanations", "{explanation}", "Explanations by source, and by reason where guidance was given.");
        _droppedClaims = _meter.CreateCounter<long>("sentinel.ai.claims.dropped", "{claim}", "Claims whose quote is not in the code.");
    }

    public static ActivitySource Source { get; } = new(Name);

    public void Spent(string model, int inputTokens, int outputTokens, decimal cost)
    {
        var tag = KeyValuePair.Create<string, object?>("model", model);
        _tokens.Add(inputTokens, tag, new("direction", "input"));
        _tokens.Add(outputTokens, tag, new("direction", "output"));
        _cost.Add((double)cost, tag);
    }

    public void Explained(string source, string? reason, bool cached, int droppedClaims)
    {
        _explanations.Add(1, new("source", source), new("reason", reason ?? "none"), new("cached", cached));
        if (droppedClaims > 0) _droppedClaims.Add(droppedClaims);
    }

    public void Dispose() => _meter.Dispose();
}
