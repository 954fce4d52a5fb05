namespace Sentinel.Cli;

/// <summary>Something that the person at the terminal can put right; the message says how.</summary>
internal sealed class CliException(string message) : Exception(message);
