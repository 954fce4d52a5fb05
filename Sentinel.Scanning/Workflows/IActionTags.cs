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
    /// <returns>40 lower-case hexadecimal digits; null when there is no such tag, when it is not for everybody to see, or when nobody can say.</returns>
    /// <exception cref="OperationCanceledException">By the token; nothing else is thrown.</exception>
    ValueTask<string?> CommitAsync(string repository, string tag, CancellationToken cancellationToken);
}
