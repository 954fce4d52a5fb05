using System.Collections.Frozen;

namespace Sentinel.Scanning.Shell;

/// <summary>Downloads whose content is trusted without a check.</summary>
internal static class UnverifiedDownload
{
    // Nobody writes longer pipelines; without a limit a hostile one would cost the square of its length.
    private const int MaxPipeline = 32;

    private static readonly FrozenSet<string> Interpreters =
        FrozenSet.ToFrozenSet(["python", "python3", "perl", "ruby", "node", "php", "pwsh"], StringComparer.Ordinal);

    // Program, switch: what it turns off. Sources: the programs' manuals.
    private static readonly (string[] Programs, string[] Switches)[] Switches =
    [
        (["curl"], ["--insecure", "--proxy-insecure", "--doh-insecure"]),
        (["wget"], ["--no-check-certificate"]),
        (["apt", "apt-get"], ["--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"]),
        (["apk"], ["--allow-untrusted"]),
        (["yum", "dnf", "microdnf", "tdnf", "zypper"], ["--nogpgcheck", "--no-gpg-checks", "--no-gpg-check"]),
        (["rpm"], ["--nosignature", "--nodigest"]),
        (["pip", "pip3"], ["--trusted-host"]),
        (["gem"], ["--trust-policy=NoSecurity"]),
    ];

    /// <summary>Places at which a script from the network is run as it arrives: <c>curl … | sh</c>, <c>bash -c "$(curl …)"</c>, <c>source &lt;(curl …)</c>.</summary>
    public static IEnumerable<TextSpan> RunAtOnce(IReadOnlyList<ShellCommand> commands)
    {
        foreach (var command in commands)
        {
            if (IsDownload(command) && command.Pipeline().Skip(1).Take(MaxPipeline).FirstOrDefault(RunsInput) is { } runner)
                yield return TextSpan.Between(command.Span.Start, runner.Span.End);
            else if (RunsArguments(command) && command.Arguments.Any(a => a.Substituted.Any(IsDownload)))
                yield return command.Span;
        }
    }

    /// <summary>Commands that download with a certificate or signature check switched off, with the word that does it.</summary>
    public static IEnumerable<(ShellCommand Command, ShellWord Switch)> Unchecked(IReadOnlyList<ShellCommand> commands)
    {
        foreach (var command in commands)
        {
            if (SwitchOf(command) is { } found && !IsLocal(command)) yield return (command, found);
        }
    }

    private static bool IsDownload(ShellCommand command) =>
        (command.Name is "curl" && !command.Has("--help")) || (command.Name is "wget" && WritesOutput(command)) || command.Name is "fetch" or "aria2c";

    // wget writes a file unless told to write its output.
    private static bool WritesOutput(ShellCommand wget)
    {
        var takesName = false;
        foreach (var argument in wget.Arguments)
        {
            var text = argument.Text;
            if (takesName && text is "-" or "/dev/stdout") return true;
            if (text.StartsWith("--output-document", StringComparison.Ordinal)) takesName = text.EndsWith("document", StringComparison.Ordinal);
            else takesName = text is ['-', not '-', ..] && text.EndsWith('O');
            if (text is "--output-document=-" or "-O-" || (text is ['-', not '-', ..] && text.EndsWith("O-", StringComparison.Ordinal))) return true;
        }
        return false;
    }

    private static bool RunsInput(ShellCommand command)
    {
        if (ShellScript.IsShell(command.Name)) return !command.Arguments.Any(a => a.Text is "-c" or "-n");
        // An interpreter with a program or module of its own reads the download as data.
        return Interpreters.Contains(command.Name) && command.Arguments.All(a => a.Text is "-" or "-u" or "/dev/stdin");
    }

    private static bool RunsArguments(ShellCommand command) => ShellScript.IsShell(command.Name) || command.Name is "eval" or "source" or ".";

    private static ShellWord? SwitchOf(ShellCommand command)
    {
        if (command.Words.FirstOrDefault(w => w.Text is "NODE_TLS_REJECT_UNAUTHORIZED=0" or "GIT_SSL_NO_VERIFY=1" or "GIT_SSL_NO_VERIFY=true" or "PYTHONHTTPSVERIFY=0") is { } variable)
            return variable;
        var arguments = command.Arguments.ToArray();
        foreach (var (programs, switches) in Switches)
        {
            if (!programs.Contains(command.Name)) continue;
            if (arguments.FirstOrDefault(a => switches.Any(s => a.Text == s || a.Text.StartsWith(s + "=", StringComparison.Ordinal))) is { } found) return found;
        }
        return command.Name switch
        {
            "curl" => arguments.FirstOrDefault(a => IsShortInsecure(a.Text)),
            "apt" or "apt-get" => arguments.FirstOrDefault(a => IsAptOption(a.Text)),
            "yum" or "dnf" => arguments.FirstOrDefault(a => a.Text is "--setopt=sslverify=false" or "--setopt=sslverify=0" or "--setopt=gpgcheck=0"),
            "git" => Setting(arguments, "http.sslverify", "false", "0"),
            "npm" or "yarn" or "pnpm" => Setting(arguments, "strict-ssl", "false"),
            _ => null,
        };
    }

    // -fsSLk holds k; -ok (or -XPOST) is an option with its value.
    private static bool IsShortInsecure(string argument)
    {
        if (argument is not ['-', not '-', ..]) return false;
        foreach (var c in argument.AsSpan(1))
        {
            if (c == 'k') return true;
            if (!char.IsAsciiLetter(c) || "AbcCdDeEFhHKmoPQrTuUwxXyYztz".Contains(c, StringComparison.Ordinal)) return false;
        }
        return false;
    }

    private static bool IsAptOption(string argument)
    {
        var option = argument.StartsWith("-o", StringComparison.Ordinal) ? argument[2..] : argument;
        return option.Equals("Acquire::AllowInsecureRepositories=true", StringComparison.OrdinalIgnoreCase)
            || option.Equals("APT::Get::AllowUnauthenticated=true", StringComparison.OrdinalIgnoreCase)
            || option.Equals("Acquire::https::Verify-Peer=false", StringComparison.OrdinalIgnoreCase);
    }

    // "name value", "name=value" and "--name=value".
    private static ShellWord? Setting(ShellWord[] arguments, string name, params string[] values)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var text = arguments[i].Text.TrimStart('-');
            if (text.Equals(name, StringComparison.OrdinalIgnoreCase) && i + 1 < arguments.Length && values.Contains(arguments[i + 1].Text)) return arguments[i];
            if (values.Any(v => text.Equals($"{name}={v}", StringComparison.OrdinalIgnoreCase))) return arguments[i];
        }
        return null;
    }

    // A check against one's own machine (a health check) protects nothing.
    private static bool IsLocal(ShellCommand command) =>
        command.Arguments.Any(a => a.Text.Contains("://localhost", StringComparison.Ordinal) || a.Text.Contains("://127.0.0.1", StringComparison.Ordinal) || a.Text.Contains("://[::1]", StringComparison.Ordinal));
}
