using System.Collections.Frozen;

namespace Sentinel.Scanning.Shell;

/// <summary>Words before a command's name: assignments, reserved words, and programs that only start another one.</summary>
internal static class ShellWrappers
{
    private static readonly FrozenSet<string> Reserved =
        FrozenSet.ToFrozenSet(["if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"], StringComparer.Ordinal);

    // Options of the wrapper that take a value in the next word.
    private static readonly FrozenDictionary<string, string[]> Programs = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["sudo"] = ["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "--user", "--group"],
        ["doas"] = ["-u", "-C"],
        ["env"] = ["-u", "--unset", "-C", "--chdir", "-S"],
        ["command"] = [],
        ["exec"] = ["-a"],
        ["nohup"] = [],
        ["nice"] = ["-n"],
        ["ionice"] = ["-c", "-n"],
        ["xargs"] = ["-n", "-I", "-P", "-L", "-d"],
        ["retry"] = ["-t", "-d"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Index of the command's name; the number of words when there is none.</summary>
    public static int SkipTo(IReadOnlyList<ShellWord> words)
    {
        var at = 0;
        while (at < words.Count)
        {
            var word = words[at].Text;
            if (Reserved.Contains(word) || IsAssignment(word)) at++;
            else if (Programs.TryGetValue(word[(word.LastIndexOf('/') + 1)..], out var takeValue) && at + 1 < words.Count) at = SkipOptions(words, at + 1, takeValue);
            else return at;
        }
        return at;
    }

    /// <summary>Whether the word sets a variable: <c>NAME=value</c>.</summary>
    public static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || char.IsAsciiDigit(word[0])) return false;
        foreach (var c in word.AsSpan(0, equals))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        }
        return true;
    }

    private static int SkipOptions(IReadOnlyList<ShellWord> words, int at, string[] takeValue)
    {
        while (at < words.Count && words[at].Text is ['-', ..] option) at += takeValue.Contains(option) ? 2 : 1;
        return Math.Min(at, words.Count);
    }
}
