namespace Sentinel.Api.Paging;

/// <summary>How many items a page may hold.</summary>
internal static class PageLimits
{
    public const int Default = 50;
    public const int Max = 200;

    /// <summary>The number asked for, or the default.</summary>
    public static int Of(int? limit) => Math.Clamp(limit ?? Default, 1, Max);
}
