using System.ComponentModel.DataAnnotations;

namespace Sentinel.AiService.Models;

/// <summary>How the model is called.</summary>
internal sealed class ModelOptions
{
    public const string Section = "Ai:Model";

    /// <summary>Tokens that one answer may have, reasoning included; 256 to 65,536, default 4,096.</summary>
    [Range(256, 65_536)]
    public int MaxOutputTokens { get; set; } = 4096;

    /// <summary>0 to 2; low values repeat themselves, which explanations should. Default 0.1.</summary>
    [Range(0.0, 2.0)]
    public double Temperature { get; set; } = 0.1;

    /// <summary>Longest wait for one try; 100 ms to 2 minutes, default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest wait for an answer with all tries and the wait for a free place; default 55 s, below the worker's 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:50")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(55);

    /// <summary>Tries after the first; 1 to 5, default 2.</summary>
    [Range(1, 5)]
    public int Retries { get; set; } = 2;

    /// <summary>Wait before the first retry, doubled for each further one, with jitter; default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:00:30")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Calls at the same time; 1 to 256, default 8.</summary>
    [Range(1, 256)]
    public int Concurrency { get; set; } = 8;

    /// <summary>Calls that wait for a free place; more are refused at once. 0 to 10,000, default 64.</summary>
    [Range(0, 10_000)]
    public int Waiting { get; set; } = 64;

    /// <summary>Failed calls within 30 s, if they are at least half of all, after which the model is left alone; 2 to 1,000, default 6.</summary>
    [Range(2, 1000)]
    public int FailuresBeforeBreak { get; set; } = 6;

    /// <summary>How long the model is then left alone; 500 ms to 10 minutes, default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan Break { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>US dollars for a million tokens sent; 0 to 10,000, default the price of Gemini 2.5 Flash.</summary>
    [Range(0.0, 10_000.0)]
    public decimal InputUsdPerMillionTokens { get; set; } = 0.30m;

    /// <summary>US dollars for a million tokens received; 0 to 10,000, default the price of Gemini 2.5 Flash.</summary>
    [Range(0.0, 10_000.0)]
    public decimal OutputUsdPerMillionTokens { get; set; } = 2.50m;

    public decimal CostOf(long inputTokens, long outputTokens) =>
        ((inputTokens * InputUsdPerMillionTokens) + (outputTokens * OutputUsdPerMillionTokens)) / 1_000_000m;
}
