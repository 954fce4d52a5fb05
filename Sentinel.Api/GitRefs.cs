using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Sentinel.Api;

/// <summary>The rules of <c>git check-ref-format</c> that keep a ref from being an option, a path trick or a revision expression.</summary>
internal static class GitRefs
{
    /// <summary>Git itself has no limit; file systems allow 255 bytes a component, and an index entry must fit a page.</summary>
    public const int MaxLength = 500;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create(" ~^:?*[\\");

    /// <summary>True for a branch, tag or full ref name that is safe to hand to git.</summary>
    public static bool IsSafeName([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= MaxLength }
        && name[0] is not ('-' or '/' or '.')
        && name[^1] is not ('/' or '.')
        && !name.AsSpan().ContainsAny(Forbidden)
        && !name.Any(char.IsControl)
        && !name.Contains("..", StringComparison.Ordinal)
        && !name.Contains("//", StringComparison.Ordinal)
        && !name.Contains("/.", StringComparison.Ordinal)
        && !name.Contains("@{", StringComparison.Ordinal)
        && !name.EndsWith(".lock", StringComparison.Ordinal)
        && name != "@";

    /// <summary>True for a full commit id, SHA-1 or SHA-256.</summary>
    public static bool IsCommit(string name) => name.Length is 40 or 64 && name.All(char.IsAsciiHexDigitLower);
}
