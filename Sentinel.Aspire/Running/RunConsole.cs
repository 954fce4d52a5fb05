using Aspire.Hosting.ApplicationModel;

namespace Sentinel.Aspire.Running;

/// <summary>What the person at the terminal sees: each line with the name of the resource that wrote it.</summary>
internal sealed class RunConsole(ResourceLoggerService logs)
{
    private static readonly int[] Colours = [36, 35, 32, 33, 34, 96, 95, 92];
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _colours = new(StringComparer.Ordinal);
    private readonly bool _isTerminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is not { Length: > 0 };
    private int _width = 10;

    /// <summary>Tests read the logs from <see cref="ResourceLoggerService"/> and keep the output clean.</summary>
    public bool Quiet { get; set; }

    /// <summary>A line that a resource wrote.</summary>
    public void Resource(string id, string line, bool isError)
    {
        logs.Append(id, line, isError);
        if (Quiet) return;
        Write(id, _isTerminal ? LogLineFormat.Readable(line) : line);
    }

    /// <summary>A line about a resource, said by the runner.</summary>
    public void About(string id, string message)
    {
        logs.Append(id, message, isErrorMessage: false);
        if (!Quiet) Write(id, message);
    }

    /// <summary>A line of the runner's own.</summary>
    public void Say(string text)
    {
        if (Quiet) return;
        lock (_gate) Console.Out.WriteLine(text);
    }

    private void Write(string id, string text)
    {
        lock (_gate)
        {
            if (!_colours.TryGetValue(id, out var colour)) _colours[id] = colour = Colours[_colours.Count % Colours.Length];
            _width = Math.Max(_width, id.Length);
            var name = id.PadRight(_width);
            Console.Out.WriteLine(_isTerminal ? $"\e[{colour}m{name}\e[0m {text}" : $"{name} | {text}");
        }
    }
}
