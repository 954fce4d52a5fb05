using Sentinel.Contracts.Findings;

namespace Sentinel.Web.Model;

/// <summary>What a person says when dismissing a finding.</summary>
public sealed class DismissForm
{
    /// <summary>Days until the finding opens again; 0 means never.</summary>
    public static IReadOnlyList<int> Expiries { get; } = [0, 7, 30, 90, 180, 365];

    public DismissReason Reason { get; set; } = DismissReason.FalsePositive;

    public string Justification { get; set; } = "";

    public int ExpiresInDays { get; set; }

    public bool IsComplete => !string.IsNullOrWhiteSpace(Justification);

    public DismissRequest ToRequest(DateTimeOffset now) =>
        new(Reason, Justification.Trim(), ExpiresInDays == 0 ? null : now.AddDays(ExpiresInDays));

    public static string ExpiryText(int days) => days switch
    {
        0 => "Never",
        7 => "In a week",
        365 => "In a year",
        _ => $"In {days} days",
    };
}
