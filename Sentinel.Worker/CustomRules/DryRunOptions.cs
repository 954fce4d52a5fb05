using System.ComponentModel.DataAnnotations;

namespace Sentinel.Worker.CustomRules;

/// <summary>What trying a custom rule may cost.</summary>
public sealed class DryRunOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "DryRun";

    /// <summary>How often waiting dry runs are looked for. Default 3 seconds.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Time one dry run may take; repositories not reached by then are named. Default 30 minutes.</summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Time one repository may take. Default 5 minutes.</summary>
    public TimeSpan RepositoryLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Most bytes read of one repository. Default 1 GiB.</summary>
    public long MaxBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>Most repositories that are looked at, the latest scanned first. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxRepositories { get; set; } = 5000;
}
