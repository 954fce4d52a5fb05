using System.Diagnostics;
using System.Text;

namespace Sentinel.Worker.Checkout;

/// <summary>The outcome of a git command.</summary>
/// <param name="Error">The end of what git said, for deciding what went wrong; never shown to people as it is.</param>
internal readonly record struct GitResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output).Trim();
}

/// <summary>Runs git with limits on time and output.</summary>
internal sealed class Git(string gitDirectory, IReadOnlyList<(string Key, string Value)> settings)
{
    private const int MaxErrorBytes = 8 * 1024;

    public string Directory { get; } = gitDirectory;

    /// <summary>Runs a command to its end.</summary>
    /// <param name="maxOutput">More output than this many bytes ends the command.</param>
    /// <param name="watch">Called every second; throwing ends the command.</param>
    /// <exception cref="CheckoutException">Timeout or too much output.</exception>
    public async Task<GitResult> RunAsync(
        IReadOnlyList<string> arguments, TimeSpan limit, long maxOutput, CancellationToken cancellationToken, Action? watch = null)
    {
        using var process = Start(arguments);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            var error = ReadTailAsync(process.StandardError.BaseStream, timeout.Token);
            var output = ReadAllAsync(process.StandardOutput.BaseStream, maxOutput, timeout.Token);
            var finished = Task.WhenAll(output, error, process.WaitForExitAsync(timeout.Token));
            while (watch is not null && await Task.WhenAny(finished, Task.Delay(1000, timeout.Token)) != finished) watch();
            await finished;
            return new GitResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CheckoutException("timeout", $"git {arguments[0]} did not finish within {limit.TotalMinutes:0.#} minutes.", transient: true);
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Starts a command that the caller talks to.</summary>
    public Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("git", ["--git-dir", Directory, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory,
        };
        GitEnvironment.Apply(start, settings);
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new CheckoutException("git-failed", "git was not found on this worker: install git and make sure it is on the PATH.", transient: true);
        }
    }

    public static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream, long max, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (all.Length + read > max) throw new CheckoutException("too-large", $"git answered with more than {max} bytes.", transient: false);
            all.Write(buffer, 0, read);
        }
        return all.ToArray();
    }

    private static async Task<string> ReadTailAsync(Stream stream, CancellationToken cancellationToken)
    {
        var tail = new byte[MaxErrorBytes];
        var length = 0;
        var buffer = new byte[4096];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
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
        return Encoding.UTF8.GetString(tail, 0, length);
    }
}
