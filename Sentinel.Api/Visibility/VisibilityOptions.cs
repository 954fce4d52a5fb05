using System.ComponentModel.DataAnnotations;

namespace Sentinel.Api.Visibility;

/// <summary>How long it is believed what GitHub said a person may see.</summary>
public sealed class VisibilityOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Visibility";

    /// <summary>Time after which GitHub is asked again, 1 second to 1 hour. Default 5 minutes; at once after a webhook about access.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Time for which the last answer is used while GitHub gives no new one, 1 second to 1 day. Default 1 hour; nothing is seen afterwards.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxStale { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Longest time that a request waits for GitHub's answer, 1 second to 2 minutes. Default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(15);
}
