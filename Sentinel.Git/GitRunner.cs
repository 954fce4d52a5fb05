namespace Sentinel.Git;

/// <summary>
/// Runs git on one repository with limits on time and output, and with nothing of the repository's own settings that starts programs or
/// reaches other hosts.
/// </summary>
/// <param name="gitDirectory">The folder with <c>HEAD</c> and <c>objects</c>: a bare repository, or a work tree's <c>.git</c>.</param>
/// <param name="remoteSettings">
/// Protocols and headers of the remote that commands may talk to; values may be secret. Null when nothing is to be fetched: no protocol is
/// allowed then, whatever the repository's settings say, so that objects missing from a partial clone stay missing.
/// </param>
public sealed class GitRunner(string gitDirectory, IReadOnlyList<(string Key, string Value)>? remoteSettings = null)
{
    /// <summary>The repository's folder.</summary>
    public string Directory { get; } = gitDirectory;

    /// <summary>Another index than the repository's own, as git names it to hooks (<c>GIT_INDEX_FILE</c>); null for its own.</summary>
    public string? IndexFile { get; init; }

    /// <summary>Runs a command to its end.</summary>
    /// <param name="arguments">The command and its arguments. What is not a constant stands behind <c>--end-of-options</c>.</param>
    /// <param name="limit">Time after which the command is ended.</param>
    /// <param name="maxOutput">More output than this many bytes ends the command.</param>
    /// <param name="watch">Called every second; throwing ends the command. Null when nobody watches.</param>
    /// <exception cref="GitException">Timeout, too much output, or there is no git.</exception>
    public async Task<GitResult> RunAsync(
        IReadOnlyList<string> arguments, TimeSpan limit, long maxOutput, CancellationToken cancellationToken, Action? watch = null)
    {
        await using var process = Start(arguments);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            var output = ReadAllAsync(process.Output, maxOutput, timeout.Token);
            var finished = Task.WhenAll(output, process.EndAsync(timeout.Token));
            while (watch is not null && await Task.WhenAny(finished, Task.Delay(1000, timeout.Token)) != finished) watch();
            await finished;
            var (exitCode, error) = await process.EndAsync(timeout.Token);
            return new GitResult(exitCode, await output, error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Timeout(arguments[0], limit);
        }
    }

    /// <summary>Starts a command that the caller talks to.</summary>
    /// <exception cref="GitException">There is no git.</exception>
    internal GitProcess Start(IReadOnlyList<string> arguments) => GitProcess.Start(Directory, ["--git-dir", Directory, .. arguments], remoteSettings, IndexFile);

    internal static GitException Timeout(string command, TimeSpan limit) =>
        new("timeout", $"git {command} did not finish within {limit.TotalMinutes:0.#} minutes.", transient: true);

    private static async Task<byte[]> ReadAllAsync(Stream stream, long max, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (all.Length + read > max) throw new GitException("too-large", $"git answered with more than {max} bytes.", transient: false);
            all.Write(buffer, 0, read);
        }
        return all.ToArray();
    }
}
