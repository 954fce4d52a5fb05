using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sentinel.Aspire.Running;

/// <summary>How to start a process and how to ask it to end.</summary>
internal sealed record LaunchSpec(string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The signal that asks for an orderly end.</summary>
    public int StopSignal { get; init; } = Signals.Terminate;

    /// <summary>The signal the system sends when the app host dies without stopping its children.</summary>
    public string OrphanSignal { get; init; } = "KILL";

    /// <summary>The user to run as; null is the current one.</summary>
    public UnixUser? User { get; init; }
}

internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Terminate = 15;

    public static void Send(int pid, int signal)
    {
        if (!OperatingSystem.IsWindows()) _ = Kill(pid, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}

/// <summary>A started process: its lines go to a callback, and it is asked to end before it is made to.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly LaunchSpec _spec;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, LaunchSpec spec)
    {
        _process = process;
        process.Exited += (_, _) => _ended.TrySetResult();
        process.EnableRaisingEvents = true;
        _spec = spec;
        Id = process.Id;
    }

    public int Id { get; }

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _process.HasExited;

    public static async Task<ChildProcess> StartAsync(LaunchSpec spec, Action<string, bool> onLine)
    {
        var command = OrphanGuard.Wrap(spec);
        var start = new ProcessStartInfo(command.FileName, command.Arguments)
        {
            WorkingDirectory = spec.WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in spec.Environment)
        {
            // An empty variable says nothing, and many programs take it for a value.
            if (value.Length == 0) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Forward(e.Data, isError: false);
        process.ErrorDataReceived += (_, e) => Forward(e.Data, isError: true);
        await SpawnThread.RunAsync(process.Start).ConfigureAwait(false);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        OrphanGuard.Watch(process);
        return new ChildProcess(process, spec);

        void Forward(string? line, bool isError)
        {
            if (line is not null) onLine(line, isError);
        }
    }

    /// <summary>Waits for the end, and a moment for the last lines; a grandchild may hold the pipe open for ever.</summary>
    public async Task WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAny(_process.WaitForExitAsync(cancellationToken), Task.Delay(TimeSpan.FromSeconds(1), cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Asks, waits, then kills the process and everything it started.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (_process.HasExited) return;
        if (OperatingSystem.IsWindows()) _process.Kill(entireProcessTree: true);
        else Signals.Send(Id, _spec.StopSignal);

        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await _ended.Task.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _ended.Task.ConfigureAwait(false);
        }
    }

    public void Dispose() => _process.Dispose();
}
