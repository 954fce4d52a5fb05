using System.ComponentModel.DataAnnotations;

namespace Sentinel.Worker.Liveness;

/// <summary>Where liveness checks may go, and how often.</summary>
public sealed class LivenessOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Liveness";

    /// <summary>Whether this worker may ask any provider at all, whatever the dashboard says. Default true.</summary>
    public bool Checks { get; set; } = true;

    /// <summary>The only hosts that may be asked. Default: empty, each provider's own host.</summary>
    public IList<string> AllowedHosts { get; set; } = [];

    /// <summary>Base addresses by provider id for installations of one's own, such as <c>https://gitlab.example.com</c>; https only. Default: empty.</summary>
    public IDictionary<string, string> BaseUrls { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Hosts of <see cref="BaseUrls"/> that may resolve to private addresses. Others are refused when they do. In Development a loopback
    /// host named here may also be asked by plain http. Default: empty.
    /// </summary>
    public IList<string> PrivateHosts { get; set; } = [];

    /// <summary>Requests per minute to one provider from one worker. Default 30.</summary>
    [Range(1, 6000)]
    public int RequestsPerMinute { get; set; } = 30;

    /// <summary>Time one request may take, its body included. Default 10 seconds.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most bytes of an answer that are read. Default 256 KiB; a longer answer proves nothing.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxAnswerBytes { get; set; } = 256 * 1024;

    /// <summary>How long a live answer counts. Default 24 hours.</summary>
    public TimeSpan LiveFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>First wait after an answer that proves nothing; it doubles up to 24 hours. Default 1 hour.</summary>
    public TimeSpan UnknownFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often due checks are looked for. Default 15 seconds.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Checks taken at once. Default 20.</summary>
    [Range(1, 1000)]
    public int Batch { get; set; } = 20;
}
