namespace Sentinel.AiService.Budgets;

/// <summary>The use of this process.</summary>
internal sealed class MemoryCounters : IBudgetCounters
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Spend> _repositories = [];
    private DateOnly _day;
    private Spend _all;

    public ValueTask<bool> TryReserveAsync(DateOnly day, Guid repositoryId, Spend amount, BudgetLimits limits)
    {
        lock (_lock)
        {
            Turn(day);
            var all = Sum(_all, amount);
            var repository = Sum(_repositories.GetValueOrDefault(repositoryId), amount);
            if (all.Tokens > limits.Tokens || all.Micros > limits.Micros || repository.Tokens > limits.RepositoryTokens || repository.Micros > limits.RepositoryMicros)
                return ValueTask.FromResult(false);

            (_all, _repositories[repositoryId]) = (all, repository);
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask AdjustAsync(DateOnly day, Guid repositoryId, Spend amount)
    {
        lock (_lock)
        {
            // A call over midnight stays on the day on which it began, which is over.
            if (day == _day) (_all, _repositories[repositoryId]) = (Sum(_all, amount), Sum(_repositories.GetValueOrDefault(repositoryId), amount));
        }
        return ValueTask.CompletedTask;
    }

    private void Turn(DateOnly day)
    {
        if (day == _day) return;
        _day = day;
        _all = default;
        _repositories.Clear();
    }

    private static Spend Sum(Spend left, Spend right) => new(left.Tokens + right.Tokens, left.Micros + right.Micros);
}
