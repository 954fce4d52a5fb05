using System.Diagnostics;
using System.Text;

namespace Sentinel.Git;

/// <summary>A running git whose error stream is drained, so that it never waits for a reader of its complaints.</summary>
internal sealed class GitProcess : IAsyncDisposable
{
    private const int MaxErrorBytes = 8 * 1024;

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private readonly Process _process;
    private readonly Task<string> _error;

    private GitProcess(Process process)
    {
        _process = process;
        _error = ReadTailAsync(process.StandardError.BaseStream);
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    public static GitProcess Start(
        string workingDirectory, IReadOnlyList<string> arguments, IReadOnlyList<(string Key, string Value)>? remoteSettings, string? indexFile,
        bool withUserSettings = false)
    {
        var start = new ProcessStartInfo("git", ["--no-pager", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        GitEnvironment.Apply(start, remoteSettings, indexFile, withUserSettings);
        try
        {
            return new GitProcess(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception) when (!System.IO.Directory.Exists(workingDirectory))
        {
            throw new GitException("repository-not-found", $"{workingDirectory}: there is no such folder.", transient: false);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new GitException("git-not-found", "git was not found on this machine: install git and make sure it is on the PATH.", transient: true);
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code and the end of what git said on its error stream.</returns>
    public async Task<(int ExitCode, string Error)> EndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, await _error.WaitAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // One that waits for input, or for somebody to read its answer, ends by itself now. Killing a tree reads the list of all the machine's
            // processes, which costs more than most commands do.
            await Input.DisposeAsync();
            await Output.DisposeAsync();
            using var grace = new CancellationTokenSource(Grace);
            await _process.WaitForExitAsync(grace.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        }
        catch (Exception ex) when (ex is InvalidOperationException or IOException)
        {
            // It ended by itself in the meantime.
        }
        _process.Dispose();
    }

    // Ends with the process; a disposed one counts as ended.
    private static async Task<string> ReadTailAsync(Stream stream)
    {
        var tail = new byte[MaxErrorBytes];
        var length = 0;
        var buffer = new byte[4096];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
            {
                if (length + read > MaxErrorBytes)
                {
                    var keep = MaxErrorBytes - read;
                    tail.AsSpan(length - keep, keep).CopyTo(tail);
                    length = keep;
                }
                buffer.AsSpan(0, read).CopyTo(tail.AsSpan(length));
                length += read;
            }
        }
        catch (Exception ex) when (ex is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // What was read so far is what it said.
        }
        return Encoding.UTF8.GetString(tail, 0, length);
    }
}
