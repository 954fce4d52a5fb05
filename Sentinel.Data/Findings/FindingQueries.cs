using Sentinel.Contracts.Findings;

namespace Sentinel.Data.Findings;

/// <summary>Questions that are asked of findings in several places and must mean the same everywhere.</summary>
public static class FindingQueries
{
    /// <summary>What somebody has to do something about. A secret that left the code but was not rotated is one of these.</summary>
    public static IQueryable<Finding> NeedingWork(this IQueryable<Finding> findings) =>
        findings.Where(f => f.State == FindingState.Open || f.State == FindingState.Reopened || f.State == FindingState.Removed);
}
