using System.CommandLine;
using Sentinel.Scanning;
using Sentinel.Scanning.Reporting;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Cli;

/// <summary><c>sentinel rules list|explain|test</c>.</summary>
internal static class RulesCommand
{
    private const int Passed = 0;
    private const int Failed = 1;

    public static Command Create() => new("rules", "List, explain and test rules") { List(), Explain(), Test() };

    private static Command List()
    {
        var filter = new Argument<string?>("WORD") { Description = "Only rules whose id or title holds this", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "List the rules: id, severity, confidence, title") { filter };
        command.SetAction(parsed =>
        {
            var word = parsed.GetValue(filter) ?? "";
            var rules = RuleCatalog.All.Where(r => r.Id.Contains(word, StringComparison.OrdinalIgnoreCase) || r.Title.Contains(word, StringComparison.OrdinalIgnoreCase)).ToArray();
            if (rules.Length == 0) Messages.Write($"no rule has '{word}' in its id or title.");
            foreach (var rule in rules)
                Console.WriteLine($"{rule.Id,-48} {rule.Severity.ToString().ToLowerInvariant(),-9} {rule.Confidence.ToString().ToLowerInvariant(),-7} {rule.Title}");
        });
        return command;
    }

    private static Command Explain()
    {
        var id = new Argument<string>("ID") { Description = "A rule's id" };
        var command = new Command("explain", "Say what a rule finds, why it matters and what to do") { id };
        command.SetAction(parsed =>
        {
            if (RuleCatalog.Find(parsed.GetValue(id)!) is not { } rule)
            {
                return ScanCommand.Fail($"there is no rule '{parsed.GetValue(id)}'; sentinel rules list WORD looks for one.");
            }
            Console.WriteLine($"{rule.Title} ({rule.Id})\n{rule.Severity.ToString().ToLowerInvariant()}, confidence {rule.Confidence.ToString().ToLowerInvariant()}{(rule.Cwe is { } cwe ? $", CWE-{cwe}" : "")}\n");
            Console.WriteLine($"{rule.Description}\n\n{rule.Remediation}\n");
            Console.WriteLine("Found, with random characters for <alnum:32> and the like:");
            foreach (var example in rule.Examples) Console.WriteLine($"  {example.ReplaceLineEndings("\n  ")}");
            Console.WriteLine("Left alone:");
            foreach (var example in rule.NegativeExamples) Console.WriteLine($"  {example.ReplaceLineEndings("\n  ")}");
            Console.WriteLine();
            foreach (var reference in rule.References) Console.WriteLine(reference);
            return Passed;
        });
        return command;
    }

    private static Command Test()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with rule files (.yaml)" };
        var command = new Command("test", "Check rule files and run the examples of their rules: exit code 0 when all hold, 1 when not, 2 error") { folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await TestAsync(new RuleSources(parsed.GetValue(folder), null) { FolderOption = "" }.Secrets([]), cancellationToken);
            }
            catch (Exception ex) when (ex is CliException or IOException or UnauthorizedAccessException)
            {
                return ScanCommand.Fail(ex.Message);
            }
        });
        return command;
    }

    private static async Task<int> TestAsync(SecretRuleSet set, CancellationToken cancellationToken)
    {
        var builtIn = SecretRuleSet.BuiltIn.Descriptors.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var analyzer = new SecretAnalyzer(set);
        var (rules, faults) = (0, 0);
        foreach (var rule in analyzer.Rules.Where(r => !builtIn.Contains(r.Id)))
        {
            rules++;
            if (rule.Examples.Count == 0 || rule.NegativeExamples.Count == 0) Fault(rule, "has no examples, or none that must be left alone");
            foreach (var example in rule.Examples)
            {
                if (Expand(rule, example) is { } text && await CountAsync(analyzer, rule, text, cancellationToken) is var found && found != 1) Fault(rule, $"finds {found} in its example: {example}");
            }
            foreach (var example in rule.NegativeExamples)
            {
                if (Expand(rule, example) is { } text && await CountAsync(analyzer, rule, text, cancellationToken) is var found && found != 0)
                    Fault(rule, $"finds {found} in what it should leave alone: {example}");
            }
        }
        Console.WriteLine($"{rules} {(rules == 1 ? "rule" : "rules")}, {faults} {(faults == 1 ? "fault" : "faults")}");
        return faults == 0 ? Passed : Failed;

        void Fault(RuleDescriptor rule, string message)
        {
            faults++;
            Console.WriteLine($"{rule.Id}: {Printable.Line(message)}");
        }

        string? Expand(RuleDescriptor rule, string example)
        {
            try
            {
                return SampleExpander.Expand(example, rule.Id);
            }
            catch (InvalidOperationException ex)
            {
                Fault(rule, $"has an example that cannot be filled in ({ex.Message}): {example}");
                return null;
            }
        }
    }

    private static async Task<int> CountAsync(SecretAnalyzer analyzer, RuleDescriptor rule, string text, CancellationToken cancellationToken)
    {
        var file = SourceFile.FromText("settings.txt", text);
        var findings = await analyzer.AnalyzeAsync(file, new AnalysisContext(new byte[32]), cancellationToken);
        return findings.Count(f => f.RuleId == rule.Id);
    }
}
