using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Sentinel.Scanning;

namespace Sentinel.Git.History;

/// <summary>Lists the contents that a range of commits brought, from one streaming <c>git log</c>, with memory for the hashes alone.</summary>
public static class HistoryReader
{
    private const int MaxText = 256;
    private const int HeaderFields = 6;

    // -c shows of a merge what differs from all its parents, which is what the merge itself brought. The date order puts parents first too.
    private static readonly string[] Arguments =
    [
        "log", "--raw", "-z", "--no-abbrev", "--no-renames", "-c", "--root", "--reverse", "--date-order", "--no-show-signature", "--no-mailmap", "--no-notes", "--no-color",
        "--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules=none", "-O/dev/null", "--encoding=UTF-8",
        "--format=tformat:%H%x00%an%x00%ae%x00%at%x00%ct%x00%s",
    ];

    /// <summary>Every version of every file that a commit of the range introduced, each distinct content once, with the earliest such commit.</summary>
    /// <param name="git">The repository.</param>
    /// <param name="range">Which commits.</param>
    /// <param name="tally">Told what was walked and left out.</param>
    /// <param name="pathClass">
    /// The part of a path on which what is done with a content depends; a content is then listed once for each class. Null when the
    /// path does not matter.
    /// </param>
    /// <exception cref="GitException">
    /// The history cannot be walked to its end; what was listed before is sound. Code corrupt for a damaged commit or tree, timeout, too-large.
    /// </exception>
    public static async IAsyncEnumerable<HistoricBlob> ReadAsync(
        GitRunner git, HistoryRange range, HistoryTally tally, Func<string, string>? pathClass, GitLimits limits,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var process = git.Start([.. Arguments, .. range.Options, "--stdin", "--end-of-options"]);
        var source = new LimitedStream(process.Output, limits.HistoryTimeout, limits.MaxHistoryBytes);
        await WriteAsync(process.Input, range.Revisions, cancellationToken);

        var tokens = new NulReader(source.ReadAsync, limits.MaxPathBytes);
        var seen = new SeenBlobs();
        CommitInfo? commit = null;
        while (await tokens.MoveNextAsync(cancellationToken))
        {
            if (IsSeparator(tokens.Token)) continue;
            if (RawRecord.Parse(Trim(tokens.Token)) is not { } record)
            {
                commit = await HeaderAsync(tokens, cancellationToken);
                tally.Commits++;
                continue;
            }
            if (commit is null || !await tokens.MoveNextAsync(cancellationToken)) throw Unexpected();
            var path = GitPath.Decode(tokens.Token) + (tokens.IsCut ? "…" : "");
            switch (record.Mode)
            {
                case "000000":
                    continue;
                case "120000":
                    tally.Skip(path, SkipReason.Symlink);
                    continue;
                case "160000":
                    tally.Skip(path, SkipReason.Submodule);
                    continue;
            }
            if (!seen.Add(record.BlobId, pathClass?.Invoke(path) ?? "")) continue;
            if (seen.Count > limits.MaxBlobs) yield break;
            tally.Blobs++;
            yield return new HistoricBlob(record.BlobId, path, commit);
        }

        var (exitCode, error) = await process.EndAsync(cancellationToken);
        if (exitCode != 0) throw GitFault.Of("walking the history", new GitResult(exitCode, [], error));
        tally.IsComplete = true;
    }

    private static async Task WriteAsync(Stream input, IReadOnlyList<string> revisions, CancellationToken cancellationToken)
    {
        try
        {
            await input.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(revisions.Select(r => r + "\n"))), cancellationToken);
            input.Close();
        }
        catch (IOException)
        {
            // git ended at once; its exit code tells why.
        }
    }

    private static async ValueTask<CommitInfo> HeaderAsync(NulReader tokens, CancellationToken cancellationToken)
    {
        var fields = new string[HeaderFields];
        fields[0] = TextOf(Trim(tokens.Token));
        if (!CommitId.IsValid(fields[0])) throw Unexpected();
        for (var i = 1; i < HeaderFields; i++)
        {
            if (!await tokens.MoveNextAsync(cancellationToken)) throw Unexpected();
            fields[i] = TextOf(tokens.Token);
        }
        return new CommitInfo(fields[0], fields[1], fields[2], TimeOf(fields[3]), TimeOf(fields[4]), fields[5]);
    }

    // Between a commit and its files stand an empty token or a line break.
    private static bool IsSeparator(ReadOnlySpan<byte> token) => Trim(token).IsEmpty;

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> token) => token.TrimStart((byte)'\n');

    private static string TextOf(ReadOnlySpan<byte> token)
    {
        var text = Encoding.UTF8.GetString(token);
        return text.Length > MaxText ? text[..MaxText] : text;
    }

    // Seconds since 1970; a commit may hold any number, or none.
    private static DateTimeOffset TimeOf(string seconds) =>
        long.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(value, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()))
            : DateTimeOffset.UnixEpoch;

    private static GitException Unexpected() => new("git-failed", "git described the history in a way that is not understood: check that it is version 2.30 or later.", transient: false);

    /// <summary>Counts bytes, and the time that reading waits; what is done between two reads costs nothing.</summary>
    private sealed class LimitedStream(Stream stream, TimeSpan maxWait, long maxBytes)
    {
        private TimeSpan _waited;
        private long _bytes;

        public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var started = Stopwatch.GetTimestamp();
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(maxWait > _waited ? maxWait - _waited : TimeSpan.Zero);
            try
            {
                var count = await stream.ReadAsync(buffer, timeout.Token);
                _waited += Stopwatch.GetElapsedTime(started);
                _bytes += count;
                return _bytes <= maxBytes ? count : throw new GitException("too-large", $"The list of the history's files is larger than {maxBytes} bytes.", transient: false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw GitRunner.Timeout("log", maxWait);
            }
        }
    }
}
