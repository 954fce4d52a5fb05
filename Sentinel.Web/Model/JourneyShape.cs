using Sentinel.Contracts.Requests;

namespace Sentinel.Web.Model;

/// <summary>A step with its bar on the common time line, in percent of the whole journey.</summary>
public sealed record JourneyBar(JourneyStep Step, TimeSpan Offset, double Left, double Width);

/// <summary>Lays the steps of a request on one time line.</summary>
public static class JourneyShape
{
    private const double MinWidth = 0.6;

    public static TimeSpan Span(RequestJourney journey)
    {
        var end = journey.Steps.Select(EndOf).Append(journey.EndedAt ?? journey.StartedAt).Max();
        return end > journey.StartedAt ? end - journey.StartedAt : TimeSpan.Zero;
    }

    public static IReadOnlyList<JourneyBar> From(RequestJourney journey)
    {
        var total = Math.Max(1, Span(journey).TotalMilliseconds);
        return [.. journey.Steps.Select(step =>
        {
            var offset = step.At > journey.StartedAt ? step.At - journey.StartedAt : TimeSpan.Zero;
            var left = Math.Clamp(offset.TotalMilliseconds / total * 100, 0, 100 - MinWidth);
            var width = Math.Clamp((step.Milliseconds ?? 0) / total * 100, MinWidth, 100 - left);
            return new JourneyBar(step, offset, left, width);
        })];
    }

    private static DateTimeOffset EndOf(JourneyStep step) => step.At.AddMilliseconds(Math.Max(0, step.Milliseconds ?? 0));
}
