using Sentinel.Contracts.Findings;

namespace Sentinel.Worker.Feedback;

/// <summary>Decides whether findings fail a check.</summary>
internal interface IGate
{
    /// <summary>Whether this finding alone fails it.</summary>
    bool Fails(JudgedFinding finding);

    /// <summary>When that is, to follow "The check fails for": a phrase without a full stop.</summary>
    string Rule { get; }
}

/// <summary>The gate where nothing else was asked for.</summary>
internal sealed class DefaultGate : IGate
{
    public string Rule => "findings that a change introduces, of high severity or above and at least medium confidence";

    public bool Fails(JudgedFinding finding) =>
        finding is { Origin: FindingOrigin.Introduced, Severity: >= Severity.High, Confidence: >= Confidence.Medium };
}
