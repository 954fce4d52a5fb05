namespace Sentinel.Scanning.Workflows;

/// <summary>
/// Says what a tag of an action stands for now. Asked for what is proposed to mend findings; which findings there are never depends on
/// it. Called from several threads.
/// </summary>
public interface IActionTags
{
    /// <summary>The commit of a tag.</summary>
    /// <param name="repository">As in <c>actions/checkout</c>.</param>
    /// <param name="tag">As in <c>v4</c>.</param>
    /// <exception cref="OperationCanceledException">By the token; nothing else is thrown.</exception>
    ValueTask<TagAnswer> CommitAsync(string repository, string tag, CancellationToken cancellationToken);
}

/// <summary>What a tag stands for.</summary>
/// <param name="IsKnown">False when nobody said, so that a later question may be answered otherwise.</param>
/// <param name="Commit">40 lower-case hexadecimal digits; null when there is no such tag or it is not for everybody to see.</param>
public readonly record struct TagAnswer(bool IsKnown, string? Commit)
{
    /// <summary>Nobody said.</summary>
    public static TagAnswer Unknown => default;

    /// <summary>There is none to see.</summary>
    public static TagAnswer None => new(true, null);

    /// <summary>There is one.</summary>
    public static TagAnswer Of(string commit) => new(true, commit);
}
