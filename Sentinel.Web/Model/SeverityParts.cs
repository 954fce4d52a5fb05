using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Repositories;

namespace Sentinel.Web.Model;

/// <summary>Counts as pairs, worst first: the order in which people read them everywhere.</summary>
public static class SeverityParts
{
    public static IReadOnlyList<Severity> WorstFirst { get; } =
        [Severity.Critical, Severity.High, Severity.Medium, Severity.Low, Severity.Info];

    public static IReadOnlyList<(Severity Severity, int Count)> Of(SeverityCounts counts) =>
    [
        (Severity.Critical, counts.Critical), (Severity.High, counts.High), (Severity.Medium, counts.Medium),
        (Severity.Low, counts.Low), (Severity.Info, counts.Info),
    ];
}
