namespace Sentinel.AiService.Budgets;

/// <summary>Counts the use of a day, for all and for each repository.</summary>
internal interface IBudgetCounters
{
    /// <summary>Books an amount if no limit is passed by it; false, and nothing booked, otherwise.</summary>
    ValueTask<bool> TryReserveAsync(DateOnly day, Guid repositoryId, Spend amount, BudgetLimits limits);

    /// <summary>Corrects what was booked; the amount may be negative.</summary>
    ValueTask AdjustAsync(DateOnly day, Guid repositoryId, Spend amount);
}
