using System.ComponentModel.DataAnnotations;

namespace Sentinel.AiService.Budgets;

/// <summary>How much the model may be used in a UTC day. At any of the limits it is not called any more; guidance is given instead.</summary>
internal sealed class BudgetOptions
{
    public const string Section = "Ai:Budget";

    /// <summary>Tokens of all repositories, sent and received; default 4,000,000.</summary>
    [Range(0, long.MaxValue)]
    public long DailyTokens { get; set; } = 4_000_000;

    /// <summary>US dollars of all repositories; default 5.</summary>
    [Range(0.0, 1_000_000.0)]
    public decimal DailyUsd { get; set; } = 5;

    /// <summary>Tokens of one repository; default 1,000,000.</summary>
    [Range(0, long.MaxValue)]
    public long RepositoryDailyTokens { get; set; } = 1_000_000;

    /// <summary>US dollars of one repository; default 1.50.</summary>
    [Range(0.0, 1_000_000.0)]
    public decimal RepositoryDailyUsd { get; set; } = 1.50m;

    public BudgetLimits Limits => new(DailyTokens, Micros(DailyUsd), RepositoryDailyTokens, Micros(RepositoryDailyUsd));

    public static long Micros(decimal usd) => (long)decimal.Ceiling(usd * 1_000_000m);
}

/// <summary>The limits as whole numbers, money in millionths of a US dollar.</summary>
internal readonly record struct BudgetLimits(long Tokens, long Micros, long RepositoryTokens, long RepositoryMicros);

/// <summary>An amount of use, money in millionths of a US dollar.</summary>
internal readonly record struct Spend(long Tokens, long Micros)
{
    public static Spend operator -(Spend left, Spend right) => new(left.Tokens - right.Tokens, left.Micros - right.Micros);
}
