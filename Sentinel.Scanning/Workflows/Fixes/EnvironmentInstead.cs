using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Sentinel.Scanning.Fixes;
using Sentinel.Scanning.Shell;
using Sentinel.Scanning.Workflows.Expressions;
using Sentinel.Scanning.Yaml;

namespace Sentinel.Scanning.Workflows.Fixes;

/// <summary>
/// Hands a script text of strangers through the environment, where the shell reads it as data:
/// https://docs.github.com/en/actions/concepts/security/script-injections#good-practices-for-mitigating-script-injection-attacks.
/// Only where the shell is a POSIX one and the word is no program of its own, as that of <c>eval</c> or <c>python -c</c>.
/// </summary>
internal static partial class EnvironmentInstead
{
    private const int MaxName = 60;

    // They run what they are given as an argument, or what it holds: a variable in it is pasted as before.
    private static readonly FrozenSet<string> Interpreters = FrozenSet.ToFrozenSet(
        [
            ".", "ash", "awk", "bash", "bun", "chroot", "cmd", "dash", "deno", "docker", "envsubst", "eval", "expect", "find", "gawk", "groovy", "jq", "julia", "ksh", "kubectl",
            "lua", "make", "mawk", "mysql", "node", "npx", "osascript", "parallel", "perl", "php", "podman", "powershell", "psql", "pwsh", "python", "python2", "python3",
            "rscript", "ruby", "script", "sed", "sh", "source", "sqlite3", "ssh", "su", "tclsh", "trap", "watch", "xargs", "yq", "zsh",
        ],
        StringComparer.OrdinalIgnoreCase);

    // Of the shell and the runner; a variable of this name would change more than the script's data.
    private static readonly FrozenSet<string> Reserved = FrozenSet.ToFrozenSet(
        ["BASH_ENV", "CDPATH", "CI", "ENV", "HOME", "IFS", "LANG", "LD_PRELOAD", "NODE_OPTIONS", "PATH", "PS4", "PWD", "SHELL", "USER"], StringComparer.Ordinal);

    /// <summary>Mends all untrusted expressions of the step's script that can be mended, if the given one is among them.</summary>
    /// <param name="untrusted">The untrusted expressions of the script.</param>
    public static FixProposal? Use(WorkflowDocument workflow, WorkflowStep step, FoundExpression target, IReadOnlyList<FoundExpression> untrusted)
    {
        if (step.Run is not { } run || target.Holder != run || step.Node.Entry("run") is not { } anchor || !RunsPosixShell(workflow, step)) return null;
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var added = new List<(string Name, string Text)>();
        var replaced = new List<Replacement>();
        var commands = ShellScript.Parse(run.Value);
        foreach (var expression in untrusted)
        {
            if (ShellQuotes.At(run.Value, expression.Start) is not { } quote || IsProgram(commands, expression, quote)) continue;
            if (!names.TryGetValue(expression.Text, out var name))
            {
                if (KnownName(workflow, step, expression) is { } known) name = known;
                else if (NewName(workflow, step, run.Value, expression, names.Values) is { } free) added.Add((name = free, expression.Text));
                else continue;
                names[expression.Text] = name;
            }
            replaced.Add(Replacement.Of(expression, name, quote));
        }
        if (!replaced.Exists(r => r.Expression == target) || !replaced.TrueForAll(r => CanHold(run, r))) return null;

        var edits = replaced.Select(r => new TextEdit(run.SpanOf(r.Start, r.Length), r.Text)).ToList();
        if (added.Count > 0)
        {
            if (YamlEdits.Add(workflow.Source, step.Node, "env", anchor, [.. added.Select(a => $"{a.Name}: {Scalar(a.Text)}")]) is not { } env) return null;
            edits.Add(env);
        }
        var script = Script(run.Value, replaced);
        var index = workflow.Steps.TakeWhile(s => s != step).Count();
        return new FixProposal(
            "The shell reads the text from the environment, as data, instead of having it pasted into its program.", edits,
            text => WorkflowDocument.Parse(text, CancellationToken.None)?.Steps.ElementAtOrDefault(index) is { } now
                && now.Run?.Value == script && added.All(a => now.Env.Text(a.Name) == $"${{{{ {a.Text} }}}}"));
    }

    private static string Script(string script, List<Replacement> replaced)
    {
        foreach (var part in replaced.OrderByDescending(r => r.Start))
            script = string.Concat(script.AsSpan(0, part.Start), part.Text, script.AsSpan(part.Start + part.Length));
        return script;
    }

    // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell: on Windows the default is PowerShell.
    private static bool RunsPosixShell(WorkflowDocument workflow, WorkflowStep step)
    {
        var shell = step.Node.Text("shell") ?? step.Job.Node.Map("defaults").Map("run").Text("shell") ?? workflow.Root.Map("defaults").Map("run").Text("shell");
        if (shell is not null) return shell is "bash" or "sh" || shell.StartsWith("bash ", StringComparison.Ordinal) || shell.StartsWith("sh ", StringComparison.Ordinal);
        var labels = step.Job.Node.Get("runs-on").OneOrMany().Select(l => l.Value).ToList();
        return labels.Count > 0 && labels.TrueForAll(l => l.StartsWith("ubuntu-", StringComparison.OrdinalIgnoreCase) || l.StartsWith("macos-", StringComparison.OrdinalIgnoreCase)
            || l.Equals("linux", StringComparison.OrdinalIgnoreCase) || l.Equals("self-hosted", StringComparison.OrdinalIgnoreCase))
            && labels.Exists(l => !l.Equals("self-hosted", StringComparison.OrdinalIgnoreCase));
    }

    // The word is a program's name, or is given to a program that runs it, or is a list that the shell must split.
    private static bool IsProgram(IReadOnlyList<ShellCommand> commands, FoundExpression expression, ShellQuote quote)
    {
        var around = commands.Where(c => Holds(c.Span)).ToList();
        return around.Count == 0 || around.Exists(c => (c.Program is { } program && Holds(program.Span)) || (quote == ShellQuote.None && c.Name is "for" or "select")
            || c.Pipeline().Any(p => p.Words.Any(w => Interpreters.Contains(w.Text[(w.Text.LastIndexOf('/') + 1)..]))));

        bool Holds(TextSpan span) => span.Start <= expression.Start && span.End >= expression.Start + expression.Length;
    }

    // What stands in the environment under a name already.
    private static string? KnownName(WorkflowDocument workflow, WorkflowStep step, FoundExpression expression)
    {
        if (expression.Tree is not Expression.Context { Path: var path } || path.Split('.') is not ["env", var name]) return null;
        var key = new[] { step.Env, step.Job.Node.Map("env"), workflow.Root.Map("env") }.SelectMany(env => env?.Entries ?? [])
            .Select(e => e.Key.Value).FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase));
        return key is not null && Name().IsMatch(key) ? key : null;
    }

    // github.event.issue.title is ISSUE_TITLE.
    private static string? NewName(WorkflowDocument workflow, WorkflowStep step, string script, FoundExpression expression, IEnumerable<string> taken)
    {
        if (expression.Text.Contains('\n', StringComparison.Ordinal) || Taint.Of(expression, workflow, step) is not { } origin) return null;
        string[] words = [.. origin.Split('.').Where(w => w is not ("github" or "event" or "*" or "outputs" or "steps" or "needs")).TakeLast(2)];
        var stem = NotInName().Replace(string.Join('_', words).ToUpperInvariant(), "_").Trim('_');
        if (stem.Length is 0 or > MaxName) stem = "TEXT";
        if (char.IsAsciiDigit(stem[0]) || Reserved.Contains(stem) || stem.StartsWith("GITHUB_", StringComparison.Ordinal)) stem = $"EVENT_{stem}";
        return Enumerable.Range(1, 20).Select(i => i == 1 ? stem : $"{stem}_{i}").FirstOrDefault(n =>
            !taken.Contains(n, StringComparer.Ordinal) && workflow.Variable(step, n) is null && !script.Contains(n, StringComparison.Ordinal));
    }

    // Quotes of the shell must not be taken for quotes of YAML.
    private static bool CanHold(YamlText run, Replacement part) => run.Style switch
    {
        YamlStyle.DoubleQuoted => !part.Text.Contains('"', StringComparison.Ordinal),
        YamlStyle.SingleQuoted => !part.Text.Contains('\'', StringComparison.Ordinal),
        YamlStyle.Plain => part.Start > 0,
        _ => true,
    };

    private static string Scalar(string text)
    {
        var value = $"${{{{ {text} }}}}";
        return value.Contains(": ", StringComparison.Ordinal) || value.Contains(" #", StringComparison.Ordinal) ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'" : value;
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex("[^A-Z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotInName();

    /// <summary>A part of the script and what stands there instead.</summary>
    private sealed record Replacement(FoundExpression Expression, int Start, int Length, string Text)
    {
        public static Replacement Of(FoundExpression expression, string name, ShellQuote quote)
        {
            var (script, start, end) = (expression.Holder.Value, expression.Start, expression.Start + expression.Length);
            if (quote == ShellQuote.None) return new Replacement(expression, start, end - start, $"\"${name}\"");
            var next = end < script.Length ? script[end] : '\0';
            if (quote == ShellQuote.Double) return new Replacement(expression, start, end - start, char.IsAsciiLetterOrDigit(next) || next is '_' or '[' ? $"${{{name}}}" : $"${name}");
            // Between quotes of its own they are changed; within a longer text they end, and begin again behind it.
            return start > 0 && script[start - 1] == '\'' && next == '\''
                ? new Replacement(expression, start - 1, end - start + 2, $"\"${name}\"")
                : new Replacement(expression, start, end - start, $"'\"${name}\"'");
        }
    }
}
