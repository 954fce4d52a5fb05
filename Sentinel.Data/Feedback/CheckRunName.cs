using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sentinel.Data.Feedback;

/// <summary>
/// What Sentinel writes into a check run's <c>external_id</c>, as in <c>sentinel:7:0193…</c> or <c>sentinel:7:0193…:5f02…</c>: by it a
/// check run is found again, and a re-run knows what to scan.
/// </summary>
public static class CheckRunName
{
    private const string Prefix = "sentinel";

    /// <param name="pullRequest">Null for the commit of a branch.</param>
    /// <param name="annotations">Tells one set of annotations from another: letters and digits; empty when there are none.</param>
    public static string Of(int? pullRequest, Guid scanId, string annotations = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}:{pullRequest ?? 0}:{scanId:N}{(annotations.Length > 0 ? ":" : "")}{annotations}");

    /// <returns>False for what is not from <see cref="Of"/>.</returns>
    public static bool TryParse([NotNullWhen(true)] string? externalId, out int? pullRequest, out Guid scanId)
    {
        (pullRequest, scanId) = (null, Guid.Empty);
        if (externalId?.Split(':') is not { Length: 3 or 4 } parts || parts[0] != Prefix) return false;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || !Guid.TryParseExact(parts[2], "N", out scanId)) return false;
        pullRequest = parsed == 0 ? null : parsed;
        return true;
    }
}
