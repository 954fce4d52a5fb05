using System.Globalization;

namespace Sentinel.Web.Model;

/// <summary>Times, sizes and counts as people read them.</summary>
public static class Figures
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>"just now", "4 min ago", "in 3 days"; beyond a month the date itself.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var past = now - at;
        var distance = past.Duration();
        if (distance.TotalDays >= 31)
            return at.UtcDateTime.ToString("d MMM yyyy", Culture);
        if (distance.TotalSeconds < 45)
            return "just now";
        var text = distance switch
        {
            { TotalMinutes: < 59.5 } => Count(Math.Max(1, (int)Math.Round(distance.TotalMinutes)), "min", "min"),
            { TotalHours: < 23.5 } => Count(Math.Max(1, (int)Math.Round(distance.TotalHours)), "hour", "hours"),
            _ => Count(Math.Max(1, (int)Math.Round(distance.TotalDays)), "day", "days"),
        };
        return past < TimeSpan.Zero ? $"in {text}" : $"{text} ago";
    }

    /// <summary>The exact moment, always UTC.</summary>
    public static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", Culture);

    public static string Duration(double milliseconds) => milliseconds switch
    {
        <= 0 => "0 ms",
        < 1 => "< 1 ms",
        < 1000 => milliseconds.ToString("0", Culture) + " ms",
        < 60_000 => (milliseconds / 1000).ToString("0.0", Culture) + " s",
        < 3_600_000 => Parts(milliseconds, 1000, 60, "min", "s"),
        < 86_400_000 => Parts(milliseconds, 60_000, 60, "h", "min"),
        _ => Parts(milliseconds, 3_600_000, 24, "d", "h"),
    };

    /// <summary>A time that is known in whole minutes.</summary>
    public static string Minutes(long minutes) => minutes < 1 ? "< 1 min" : Duration(TimeSpan.FromMinutes(minutes));

    public static string Duration(TimeSpan time) => Duration(time.TotalMilliseconds);

    public static string Seconds(double? seconds) => seconds is { } s ? Duration(s * 1000) : "–";

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => bytes.ToString(Culture) + " B",
        < 1024 * 1024 => (bytes / 1024d).ToString("0.#", Culture) + " KiB",
        < 1024L * 1024 * 1024 => (bytes / (1024d * 1024)).ToString("0.#", Culture) + " MiB",
        _ => (bytes / (1024d * 1024 * 1024)).ToString("0.#", Culture) + " GiB",
    };

    public static string Number(long value) => value.ToString("N0", Culture);

    public static string Count(long count, string one, string many) => Number(count) + " " + (count == 1 ? one : many);

    /// <summary>The first seven characters of a commit id.</summary>
    public static string Sha(string sha) => sha.Length > 7 ? sha[..7] : sha;

    /// <summary>A branch or pull request as people call it: <c>refs/heads/main</c> is <c>main</c>.</summary>
    public static string Ref(string name) =>
        name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..]
        : name.StartsWith("refs/tags/", StringComparison.Ordinal) ? name["refs/tags/".Length..]
        : name;

    /// <summary>0 to 100; null while the total is unknown.</summary>
    public static int? Percent(int done, int total) => total <= 0 ? null : (int)Math.Clamp(done * 100L / total, 0, 100);

    private static string Parts(double milliseconds, int smallUnit, int perLarge, string large, string small)
    {
        var (whole, rest) = Math.DivRem((long)(milliseconds / smallUnit), perLarge);
        return rest == 0 ? $"{whole} {large}" : $"{whole} {large} {rest} {small}";
    }
}
