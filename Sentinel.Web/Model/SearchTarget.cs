namespace Sentinel.Web.Model;

/// <summary>Where the search box leads: a request ID to its journey, anything else to the findings with that text.</summary>
public static class SearchTarget
{
    public static string For(string? text)
    {
        var trimmed = text?.Trim();
        if (string.IsNullOrEmpty(trimmed))
            return SentinelUrls.Findings;
        return Guid.TryParseExact(trimmed, "D", out _)
            ? SentinelUrls.Request(trimmed)
            : SentinelUrls.FindingsBy(FindingFilters.Default with { States = [], Text = trimmed });
    }
}
