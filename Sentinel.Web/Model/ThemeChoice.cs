namespace Sentinel.Web.Model;

/// <summary>The theme remembered in a cookie; without one the system decides.</summary>
internal static class ThemeChoice
{
    public const string CookieName = "sentinel-theme";

    /// <summary>Only the known values ever reach the page.</summary>
    public static string From(string? cookie) => cookie is "light" or "dark" ? cookie : "system";
}
