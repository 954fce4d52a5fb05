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
/// A variable is no remedy where something reads it as a program: <c>eval</c>, <c>python -c</c>, a pipe into a shell, arithmetic. So only
/// commands of which it is known that they take their arguments as data are changed, and only in scripts without anything of that kind.
/// </summary>
internal static partial class EnvironmentInstead
{
    private const int MaxName = 60;

    // What somebody can still judge; each costs a pass over the script.
    private const int MaxScript = 32 * 1024;
    private const int MaxExpressions = 20;

    // Arguments are data to them.
    private static readonly FrozenSet<string> TakingData = FrozenSet.ToFrozenSet(["", "[", "[[", "case", "echo", "export", "gh", "printf", "test"], StringComparer.Ordinal);

    // Of git those that run nothing that is named by an argument of theirs.
    private static readonly FrozenSet<string> GitTakingData = FrozenSet.ToFrozenSet(["branch", "checkout", "commit", "log", "show", "switch", "tag"], StringComparer.Ordinal);

    // They run text as a program, in whatever way it reaches them.
    private static readonly FrozenSet<string> Interpreters = FrozenSet.ToFrozenSet(
        [
            ".", "ash", "awk", "bash", "bun", "chroot", "csh", "dash", "declare", "deno", "env", "eval", "expect", "find", "fish", "flock", "gawk", "groovy", "ksh", "let", "local",
            "lua", "mapfile", "mawk", "nawk", "node", "nodejs", "npx", "parallel", "perl", "php", "powershell", "psql", "pwsh", "read", "readarray", "rscript", "ruby", "script", "sh",
            "source", "ssh", "su", "tclsh", "trap", "ts-node", "tsx", "typeset", "watch", "xargs", "zsh",
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
        if (run.Value.Length > MaxScript || untrusted.Count > MaxExpressions || !workflow.IsWrittenOnce(step) || run.Span.Start < anchor.Key.Span.End) return null;
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var added = new List<(string Name, string Text)>();
        var replaced = new List<Replacement>();
        var commands = ShellScript.Parse(run.Value);
        if (MayRunText(run.Value, commands)) return null;
        foreach (var expression in untrusted)
        {
            if (ShellQuotes.At(run.Value, expression.Start) is not { } quote || !IsData(commands, expression)) continue;
            if (!names.TryGetValue(expression.Text, out var name))
            {
                if (KnownName(workflow, step, run.Value, expression) is { } known) name = known;
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
        if (shell is not null) return PosixShell().IsMatch(shell);
        var labels = step.Job.Node.Get("runs-on").OneOrMany().Select(l => l.Value).ToList();
        return labels.Count > 0 && labels.TrueForAll(l => l.StartsWith("ubuntu-", StringComparison.OrdinalIgnoreCase) || l.StartsWith("macos-", StringComparison.OrdinalIgnoreCase)
            || l.Equals("linux", StringComparison.OrdinalIgnoreCase) || l.Equals("self-hosted", StringComparison.OrdinalIgnoreCase))
            && labels.Exists(l => !l.Equals("self-hosted", StringComparison.OrdinalIgnoreCase));
    }

    // Commands around the place are known to take it as data, and hand it to no other one but through the files of which the runner
    // makes data: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files.
    private static bool IsData(IReadOnlyList<ShellCommand> commands, FoundExpression expression)
    {
        var around = commands.Where(c => Holds(c.Span)).ToList();
        return around.Count > 0 && around.TrueForAll(c => c.PipesTo is null && !(c.Program is { } program && Holds(program.Span))
            && (TakingData.Contains(c.Name) || (c.Name == "git" && c.Arguments.FirstOrDefault() is { } verb && GitTakingData.Contains(verb.Text)))
            && c.Redirects.All(r => r.Target.Text is "$GITHUB_OUTPUT" or "$GITHUB_STEP_SUMMARY" or "/dev/null" or "/dev/stderr" or "1" or "2"));

        bool Holds(TextSpan span) => span.Start <= expression.Start && span.End >= expression.Start + expression.Length;
    }

    // Anywhere in the script: a variable may get there.
    private static bool MayRunText(string script, IReadOnlyList<ShellCommand> commands) =>
        RunsText().IsMatch(script) || commands.Any(c => c.Words.Any(w => IsInterpreter(w.Text)) || c.Program is { Text: ['$', ..] or ['`', ..] });

    private static bool IsInterpreter(string word)
    {
        var name = word[(word.LastIndexOf('/') + 1)..];
        return Interpreters.Contains(name) || name.StartsWith("python", StringComparison.OrdinalIgnoreCase) || name.StartsWith("pypy", StringComparison.OrdinalIgnoreCase);
    }

    // What stands in the environment under a name already.
    private static string? KnownName(WorkflowDocument workflow, WorkflowStep step, string script, FoundExpression expression)
    {
        if (expression.Tree is not Expression.Context { Path: var path } || path.Split('.') is not ["env", var name]) return null;
        var key = new[] { step.Env, step.Job.Node.Map("env"), workflow.Root.Map("env") }.SelectMany(env => env?.Entries ?? [])
            .Select(e => e.Key.Value).FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase));
        // One that the script sets itself is another value by then.
        return key is not null && Name().IsMatch(key) && Regex.Count(script, $@"(?<![\w${{]){key}\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase) == ScriptContexts(script, key) ? key : null;
    }

    // As env.NAME within expressions, where it is no variable of the shell.
    private static int ScriptContexts(string script, string key) => Regex.Count(script, $@"\benv\.{key}\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    // github.event.issue.title is ISSUE_TITLE.
    private static string? NewName(WorkflowDocument workflow, WorkflowStep step, string script, FoundExpression expression, IEnumerable<string> taken)
    {
        // Variables of one step do not see each other.
        if (expression.Tree?.All().OfType<Expression.Context>().Any(c => c.Path.StartsWith("env.", StringComparison.Ordinal)) == true) return null;
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

    // Functions; groups and compounds that are piped on or redirected; arithmetic, where a subscript may run a command; -c.
    [GeneratedRegex(@"\(\)|\bfunction\s|(?:[})]|\b(?:done|fi|esac))\s*(?:\||[0-9]?[<>])|\s-(?:eq|ne|lt|le|gt|ge|v)\s|\(\(|\$\[|\s-[a-z]*c\s|<<|--(?:exec|command|eval)\b|GITHUB_ENV|GITHUB_PATH", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex RunsText();

    [GeneratedRegex(@"\A(?:bash|sh)(?:(?: -[a-z]+| --[a-z]+| -o pipefail)* \{0\})?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PosixShell();

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
