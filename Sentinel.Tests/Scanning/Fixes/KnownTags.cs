using System.Collections.Concurrent;
using Sentinel.Scanning.Workflows;

namespace Sentinel.Tests.Scanning.Fixes;

/// <summary>Tags by "owner/name@tag", with what they stand for.</summary>
internal sealed class KnownTags : Dictionary<string, string>, IActionTags
{
    public ConcurrentQueue<string> Asked { get; } = new();

    public ValueTask<string?> CommitAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        Asked.Enqueue($"{repository}@{tag}");
        return ValueTask.FromResult(this.GetValueOrDefault($"{repository}@{tag}"));
    }
}
