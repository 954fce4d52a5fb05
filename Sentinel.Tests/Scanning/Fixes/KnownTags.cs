using System.Collections.Concurrent;
using Sentinel.Scanning.Workflows;

namespace Sentinel.Tests.Scanning.Fixes;

/// <summary>Tags by "owner/name@tag", with what they stand for.</summary>
internal sealed class KnownTags : Dictionary<string, string>, IActionTags
{
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Whether nobody answers any more.</summary>
    public bool IsSilent { get; init; }

    public ValueTask<TagAnswer> CommitAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        Asked.Enqueue($"{repository}@{tag}");
        if (IsSilent) return ValueTask.FromResult(TagAnswer.Unknown);
        return ValueTask.FromResult(TryGetValue($"{repository}@{tag}", out var commit) ? TagAnswer.Of(commit) : TagAnswer.None);
    }
}
