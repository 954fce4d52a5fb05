namespace Sentinel.AiService.Explanations;

/// <summary>Why guidance is given instead of a model's answer; stable, part of the contract.</summary>
internal static class Reasons
{
    /// <summary>No model is configured.</summary>
    public const string NoKey = "no-key";

    /// <summary>The model took too long.</summary>
    public const string Timeout = "timeout";

    /// <summary>The model cannot be reached, refuses, or is left alone after many failures.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The budget of the day, or of the repository, is used up.</summary>
    public const string Budget = "budget";

    /// <summary>The answer does not have the promised form, or does what it was not asked for.</summary>
    public const string UnusableAnswer = "unusable-answer";

    /// <summary>No claim of the answer quotes code that is there.</summary>
    public const string NoEvidence = "no-evidence";
}
