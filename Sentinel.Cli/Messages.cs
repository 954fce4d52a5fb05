using Sentinel.Scanning.Reporting;

namespace Sentinel.Cli;

/// <summary>What a person at the terminal is told beside the report. It may hold names of a hostile repository.</summary>
internal static class Messages
{
    /// <summary>Lines of one message stay lines; everything else that would steer the terminal is written out.</summary>
    public static void Write(string message)
    {
        foreach (var (index, line) in message.Split('\n').Index()) Console.Error.WriteLine($"{(index == 0 ? "sentinel: " : "")}{Printable.Line(line.TrimEnd('\r'))}");
    }
}
