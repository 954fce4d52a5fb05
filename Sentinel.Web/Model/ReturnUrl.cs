namespace Sentinel.Web.Model;

/// <summary>Where to go after signing in. Only paths on this origin: anything else would make the sign-in page an open redirector.</summary>
internal static class ReturnUrl
{
    public const string Home = "/";
    private const int MaxLength = 2048;

    public static string LocalOrHome(string? url) => IsLocal(url) ? url! : Home;

    /// <remarks>Browsers read a backslash as a slash and drop tabs and newlines, so "/\host" and "/\t/host" leave the origin too.</remarks>
    public static bool IsLocal(string? url) =>
        url is { Length: > 0 and <= MaxLength }
        && url[0] == '/'
        && (url.Length == 1 || url[1] != '/')
        && !url.Contains('\\')
        && !url.Any(char.IsControl)
        && !url.StartsWith(SentinelUrls.SignIn, StringComparison.OrdinalIgnoreCase)
        && !url.StartsWith(SentinelUrls.SignOut, StringComparison.OrdinalIgnoreCase)
        && !url.StartsWith(SentinelUrls.GitHubSignIn, StringComparison.OrdinalIgnoreCase);
}
