using System.Diagnostics;
using System.Globalization;
using Sentinel.Scanning;

namespace Sentinel.Cli;

/// <summary>One line on a terminal's standard error that shows how far the scan is; nothing elsewhere.</summary>
internal sealed class ProgressLine(string things) : IProgress<ScanProgressSample>, IDisposable
{
    private const double BytesPerMegabyte = 1_000_000;
    private const int ListedStep = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly bool _shown = !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _lastWritten;
    private bool _written;

    public void Report(ScanProgressSample value)
    {
        if (!_shown || value.FilesTotal == 0) return;
        lock (_lock)
        {
            if (_lastWritten != 0 && Stopwatch.GetElapsedTime(_lastWritten) < Interval) return;
            _lastWritten = Stopwatch.GetTimestamp();
            var rate = value.BytesRead / BytesPerMegabyte / Math.Max(0.001, Stopwatch.GetElapsedTime(_started).TotalSeconds);
            Write(string.Create(CultureInfo.InvariantCulture, $"{value.FilesDone} of {value.FilesTotal} {things}, {rate:0.0} MB/s"));
        }
    }

    /// <summary>How many contents were found so far.</summary>
    public void Listed(int count)
    {
        if (!_shown || count % ListedStep != 0) return;
        lock (_lock) Write(string.Create(CultureInfo.InvariantCulture, $"{count} {things} listed"));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_written) Console.Error.Write("\r\u001b[K");
            _written = false;
        }
    }

    private void Write(string text)
    {
        Console.Error.Write($"\r{text}\u001b[K");
        _written = true;
    }
}
