using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sentinel.Data.Feedback;

/// <summary>
/// What Sentinel writes into a check run's <c>external_id</c>, as in <c>sentinel:7:0193…</c>: by it a check run is found again, and a
/// re-run knows what to scan.
/// </summary>
public static class CheckRunName
{
    private const string Prefix = "sentinel";

    /// <param name="pullRequest">Null for the commit of a branch.</param>
    public static string Of(int? pullRequest, Guid scanId) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}:{pullRequest ?? 0}:{scanId:N}");

    /// <returns>False for what is not from <see cref="Of"/>.</returns>
    public static bool TryParse([NotNullWhen(true)] string? externalId, out int? pullRequest, out Guid scanId)
    {
        (pullRequest, scanId) = (null, Guid.Empty);
        if (externalId?.Split(':') is not [Prefix, var number, var scan]) return false;
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || !Guid.TryParseExact(scan, "N", out scanId)) return false;
        pullRequest = parsed == 0 ? null : parsed;
        return true;
    }
}
