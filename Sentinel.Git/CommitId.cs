using System.Buffers;

namespace Sentinel.Git;

/// <summary>Full names of objects: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.</summary>
public static class CommitId
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a text is a full object name.</summary>
    public static bool IsValid(string? text) => text is { Length: 40 or 64 } && !text.AsSpan().ContainsAnyExcept(Digits);

    /// <summary>Whether a text is the name that stands for no object: zeros only, as pushes name a branch that was made or deleted.</summary>
    public static bool IsNull(string text) => IsValid(text) && !text.AsSpan().ContainsAnyExcept('0');

    // An abbreviated name could mean another object tomorrow, and anything else could be an option.
    internal static string Check(string text) =>
        IsValid(text) ? text : throw new GitException("commit-not-found", "The commit's name is not a full hash.", transient: false);
}
