using System.Collections.Frozen;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Scanning;

namespace Sentinel.Worker.Exposure;

/// <summary>A range of commits to look through.</summary>
/// <param name="Name">How the report names the range where it is cut.</param>
/// <param name="Key">With which secrets are hashed.</param>
/// <param name="MaxBlobs">Contents after which the range is cut.</param>
/// <param name="Limit">Time after which the range is cut.</param>
internal sealed record Reading(GitRunner Git, HistoryRange Range, string Name, byte[] Key, int MaxBlobs, TimeSpan Limit)
{
    /// <summary>When the push with these commits was received; null when no push that Sentinel saw brought them.</summary>
    public DateTimeOffset? PushedAt { get; init; }

    /// <summary>Reads the repository's contents; null when the reading starts a reader of its own.</summary>
    public BlobReader? Blobs { get; init; }

    /// <summary>Contents of which another report already tells that they were left out.</summary>
    public IReadOnlySet<string> Told { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Told how many contents were looked at; null when nobody watches.</summary>
    public IProgress<ScanProgressSample>? Progress { get; init; }

    /// <summary>Asked between two bundles of contents; throwing ends the reading. Null when it may always go on.</summary>
    public Func<Task>? MayGoOn { get; init; }
}
