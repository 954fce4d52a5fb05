using System.Text;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Git;

/// <summary>Reads test repositories' histories to their end.</summary>
internal static class Histories
{
    public static readonly GitLimits Limits = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static GitRunner Runner(this TestRepository repository) => new(repository.GitDirectory);

    public static async Task<(IReadOnlyList<HistoricBlob> Blobs, HistoryTally Tally)> ReadAsync(
        GitRunner git, HistoryRange range, Func<string, string>? pathClass = null, GitLimits? limits = null)
    {
        var tally = new HistoryTally();
        var blobs = new List<HistoricBlob>();
        await foreach (var blob in HistoryReader.ReadAsync(git, range, tally, pathClass, limits ?? Limits, Cancellation)) blobs.Add(blob);
        return (blobs, tally);
    }

    /// <summary>"path commit" of each content, in the order in which it was read.</summary>
    public static async Task<string[]> ListAsync(TestRepository repository, HistoryRange range, Func<string, string>? pathClass = null) =>
        [.. (await ReadAsync(repository.Runner(), range, pathClass)).Blobs.Select(b => $"{b.Path} {b.CommitId}")];

    public static async Task<string> TextAsync(BlobReader reader, string blobId) => Encoding.UTF8.GetString((await reader.ReadAsync(blobId, Cancellation)).Span);
}
