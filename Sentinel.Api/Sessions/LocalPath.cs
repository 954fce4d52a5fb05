namespace Sentinel.Api.Sessions;

/// <summary>Paths on the dashboard's own origin: anything else would make signing in an open redirector.</summary>
internal static class LocalPath
{
    public const string Home = "/";

    private const int MaxLength = 2048;

    /// <remarks>Browsers read a backslash as a slash and drop tabs and newlines, so "/\host" and "/\t/host" leave the origin too.</remarks>
    public static string OrHome(string? path) =>
        path is { Length: > 0 and <= MaxLength } && path[0] == '/' && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl)
            ? path
            : Home;
}
