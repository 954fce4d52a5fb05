using Sentinel.Scanning;

namespace Sentinel.Cli;

/// <summary>One line on a terminal's standard error that shows how far the scan is; nothing elsewhere.</summary>
internal sealed class ProgressLine : IProgress<ScanProgressSample>, IDisposable
{
    private readonly bool _shown = !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private bool _written;

    public void Report(ScanProgressSample value)
    {
        if (!_shown || value.FilesTotal == 0) return;
        lock (_lock)
        {
            Console.Error.Write($"\r{value.FilesDone} of {value.FilesTotal} files");
            _written = true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_written) Console.Error.Write("\r\u001b[K");
            _written = false;
        }
    }
}
