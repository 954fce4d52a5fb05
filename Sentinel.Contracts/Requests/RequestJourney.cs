namespace Sentinel.Contracts.Requests;

/// <summary>Everything one request ID caused, oldest first.</summary>
public sealed record RequestJourney(string RequestId, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<JourneyStep> Steps);

/// <summary>One step of a journey.</summary>
/// <param name="Kind">Stable code: delivery, queue, phase, scan, finding, explanation, outbox, audit.</param>
/// <param name="Milliseconds">Null for an instant, or while the step is still going on.</param>
/// <param name="Link">Path on the dashboard, for instance <c>/scans/{id}</c>; null when there is no page.</param>
public sealed record JourneyStep(
    string Kind, string Service, string Title, string? Detail, DateTimeOffset At, double? Milliseconds, bool Failed, string? Link);
