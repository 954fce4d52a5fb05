namespace Sentinel.Scanning.Shell;

/// <summary>A script read as commands, so that a rule sees programs and arguments instead of text that may be in quotes or a comment.</summary>
internal static class ShellScript
{
    /// <summary>The shells that run a script given on standard input.</summary>
    public static bool IsShell(string name) => name is "sh" or "bash" or "dash" or "zsh" or "ash" or "ksh";

    /// <summary>
    /// All commands in their order, with those in substitutions and in the argument of <c>sh -c</c>. Never fails: what is not closed ends
    /// with the script. Time is linear in the script's length.
    /// </summary>
    public static IReadOnlyList<ShellCommand> Parse(string script)
    {
        var commands = new List<ShellCommand>();
        new ShellReader(script, 0, script.Length, depth: 0, closing: '\0', commands).ReadCommands();
        return commands;
    }
}
