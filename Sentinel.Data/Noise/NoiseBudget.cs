namespace Sentinel.Data.Noise;

/// <summary>
/// How much a rule may say that nobody acts on. People stop reading a reviewer that is usually wrong: a rule that is rarely acted on in a
/// repository stops commenting there, and goes on counting in checks and on the dashboard.
/// </summary>
public static class NoiseBudget
{
    /// <summary>Number of settled findings below which the share says nothing.</summary>
    public const int LeastSettled = 10;

    /// <summary>What ended longer ago does not count, so that a rule that stopped commenting gets another chance.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(90);

    /// <summary>Whether the rule is left out of the comments.</summary>
    /// <param name="minimumActedOn">Percent, 0 to 100; 0 leaves no rule out.</param>
    public static bool IsSilent(RuleFigures figures, int minimumActedOn) =>
        figures is { Always: false, Settled: >= LeastSettled } && figures.ActedOn * 100L < minimumActedOn * (long)figures.Settled;
}
