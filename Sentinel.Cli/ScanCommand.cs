using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Cli.Cache;
using Sentinel.Git;
using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Cli;

/// <summary><c>sentinel scan PATH</c>.</summary>
internal static class ScanCommand
{
    /// <summary>Exit code when something went wrong.</summary>
    public const int Error = 2;

    private const int Clean = 0;
    private const int Found = 1;
    private const string Formats = "table, json, sarif, csv, junit or gitleaks";
    private const string Severities = "info, low, medium, high or critical";

    private static readonly Argument<string?> PathArgument = new("PATH") { Description = "Folder or file to scan; with --history, --since or --staged a folder of a git repository", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> History = new("--history") { Description = "Scan every version of every file that any branch, tag or other ref leads to" };
    private static readonly Option<string?> Since = new("--since") { Description = "Scan what the commits of REF..HEAD brought", HelpName = "REF" };
    private static readonly Option<bool> Staged = new("--staged") { Description = "Scan what the next commit would bring, as it is in the index" };
    private static readonly Option<bool> StandardInput = new("--stdin") { Description = "Scan one text from standard input" };
    private static readonly Option<string> StandardInputName = new("--stdin-name") { Description = "What standard input is called, which decides how it is read", HelpName = "NAME", DefaultValueFactory = _ => "stdin" };

    private static readonly Option<ReportFormat> Format = new("--format") { Description = Formats, HelpName = "FORMAT", DefaultValueFactory = _ => ReportFormat.Table, CustomParser = r => Named<ReportFormat>(r, "--format", Formats) };
    private static readonly Option<string?> Output = new("--output") { Description = "Write the report to this file instead of standard output", HelpName = "FILE" };
    private static readonly Option<string[]> Report = new("--report") { Description = "Write one more report; may be given several times", HelpName = "FORMAT=FILE", DefaultValueFactory = _ => [] };
    private static readonly Option<bool> Redact = new("--redact") { Description = "Leave out even the few characters by which a secret can be recognised" };

    private static readonly Option<Severity> FailOn = new("--fail-on") { Description = $"Least severity that makes the exit code 1: {Severities}; without it the policy decides, else low", HelpName = "SEVERITY", DefaultValueFactory = _ => Severity.Low, CustomParser = r => Named<Severity>(r, "--fail-on", Severities) };
    private static readonly Option<bool> RequireMarks = new("--require-marks") { Description = "Count what sentinel:allow and gitleaks:allow allow without the value's mark, as in sentinel:allow[3f9a]" };
    private static readonly Option<string?> Baseline = new("--baseline") { Description = "Do not count what this earlier report holds: JSON of Sentinel or of gitleaks", HelpName = "FILE" };
    private static readonly Option<bool> NoPolicy = new("--no-policy") { Description = $"Do as if there were no {PolicyFile.Name}" };
    private static readonly Option<string?> Rules = new("--rules") { Description = "Add the rules for secrets in this folder's .yaml files", HelpName = "DIR" };
    private static readonly Option<string?> GitleaksConfig = new("--gitleaks-config") { Description = "Use a configuration of gitleaks instead of the rules for secrets", HelpName = "FILE" };

    private static readonly Option<string?> CacheFile = new("--cache") { Description = "Keep results of unchanged files here instead of in the user's cache folder", HelpName = "FILE" };
    private static readonly Option<bool> NoCache = new("--no-cache") { Description = "Analyse every file again and keep nothing" };

    /// <summary>Tells what went wrong, in one line.</summary>
    /// <returns>The exit code.</returns>
    public static int Fail(string message)
    {
        Messages.Write(message);
        return Error;
    }

    public static Command Create()
    {
        var command = new Command("scan", "Scan a folder or a git history: exit code 0 clean, 1 findings at or above the threshold, 2 error")
        {
            PathArgument, History, Since, Staged, StandardInput, StandardInputName, Format, Output, Report, Redact, FailOn, RequireMarks, Baseline, NoPolicy, Rules, GitleaksConfig, CacheFile, NoCache,
        };
        command.Validators.Add(Validate);
        command.SetAction((parsed, cancellationToken) => RunAsync(RequestOf(parsed), parsed.GetValue(FailOn), parsed.GetResult(FailOn) is { Implicit: false }, cancellationToken));
        return command;
    }

    private static void Validate(CommandResult parsed)
    {
        Option[] modes = [History, Since, Staged, StandardInput];
        var chosen = modes.Where(m => parsed.GetResult(m) is { Implicit: false }).ToArray();
        if (chosen.Length > 1) parsed.AddError($"{string.Join(" and ", chosen.Select(m => m.Name))} cannot be combined.");
        if (chosen.Length == 0 && parsed.GetValue(PathArgument) is null) parsed.AddError("Required argument missing: PATH.");
        if (chosen.Contains(StandardInput) && parsed.GetValue(PathArgument) is not null) parsed.AddError("--stdin takes no PATH.");
        if (parsed.GetResult(StandardInputName) is { Implicit: false } && !chosen.Contains(StandardInput)) parsed.AddError("--stdin-name names what --stdin reads: give both.");
        if (parsed.GetValue(NoCache) && parsed.GetValue(CacheFile) is not null) parsed.AddError("--cache and --no-cache cannot be combined.");
        foreach (var report in parsed.GetValue(Report) ?? [])
        {
            if (TargetOf(report) is null) parsed.AddError($"--report {report}: write FORMAT=FILE with {Formats}.");
        }
    }

    // A number would be a value without being a name, and one above the last would never fail.
    private static T Named<T>(ArgumentResult result, string option, string names) where T : struct, Enum
    {
        if (Enum.GetNames<T>().Contains(result.Tokens[0].Value, StringComparer.OrdinalIgnoreCase)) return Enum.Parse<T>(result.Tokens[0].Value, ignoreCase: true);
        result.AddError($"{option} {result.Tokens[0].Value}: write {names}.");
        return default;
    }

    private static ScanRequest RequestOf(ParseResult parsed) => new()
    {
        Mode = parsed.GetValue(History) ? ScanMode.History : parsed.GetValue(Since) is not null ? ScanMode.Since : parsed.GetValue(Staged) ? ScanMode.Staged
            : parsed.GetValue(StandardInput) ? ScanMode.StandardInput : ScanMode.Folder,
        Path = parsed.GetValue(PathArgument) ?? ".",
        Since = parsed.GetValue(Since),
        StandardInputName = parsed.GetValue(StandardInputName)!,
        Reports = [new ReportTarget(parsed.GetValue(Format), parsed.GetValue(Output)), .. parsed.GetValue(Report)!.Select(r => TargetOf(r)!)],
        Redact = parsed.GetValue(Redact),
        RequireMarks = parsed.GetValue(RequireMarks),
        Baseline = parsed.GetValue(Baseline),
        UsesPolicy = !parsed.GetValue(NoPolicy),
        Rules = new RuleSources(parsed.GetValue(Rules), parsed.GetValue(GitleaksConfig)),
        CacheFile = parsed.GetValue(NoCache) ? null : parsed.GetValue(CacheFile) ?? FileAnalysisCache.DefaultPath,
    };

    // "sarif=report.sarif"; null when it is not of that form.
    private static ReportTarget? TargetOf(string text)
    {
        var parts = text.Split('=', 2);
        return parts is [var name, { Length: > 0 } file] && !name.Any(char.IsAsciiDigit) && Enum.TryParse<ReportFormat>(name, ignoreCase: true, out var format) ? new ReportTarget(format, file) : null;
    }

    private static async Task<int> RunAsync(ScanRequest request, Severity failOn, bool isAsked, CancellationToken cancellationToken)
    {
        try
        {
            var (report, verdict) = await Scan.RunAsync(request, cancellationToken);
            // Who names a threshold on the command line wants that one; what the policy does not count stays left out.
            var blocks = verdict is null || isAsked ? report.Findings.Any(f => f.Severity >= failOn) : verdict.Conclusion == GateConclusion.Failure;
            return blocks ? Found : report.IsComplete ? Clean : Fail("The scan is incomplete, so it cannot be called clean.");
        }
        catch (Exception ex) when (ex is CliException or GitException or IOException or UnauthorizedAccessException or FormatException)
        {
            return Fail(ex.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail("Stopped. What was analysed so far is kept in the cache; the same command goes on from there.");
        }
    }

}
