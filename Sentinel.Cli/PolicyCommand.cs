using System.CommandLine;
using System.Globalization;
using Sentinel.Scanning.Policies;
using Sentinel.Scanning.Reporting;

namespace Sentinel.Cli;

/// <summary><c>sentinel policy check|schema</c>.</summary>
internal static class PolicyCommand
{
    private const int Sound = 0;

    public static Command Create() => new("policy", "Check .sentinel.yml") { Check(), Schema() };

    private static Command Check()
    {
        var file = new Argument<string?>("FILE") { Description = $"A policy file; without it {PolicyFile.Name} or {PolicyFile.OtherName} in this folder", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("check", "Read a policy file and name its errors: exit code 0 when there are none, 2 error") { file };
        command.SetAction(parsed =>
        {
            try
            {
                return Check(parsed.GetValue(file));
            }
            catch (Exception ex) when (ex is CliException or IOException or UnauthorizedAccessException)
            {
                return ScanCommand.Fail(ex.Message);
            }
        });
        return command;
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Print the JSON schema of policy files, for editors");
        command.SetAction(_ => Console.Write(PolicySchema.Json));
        return command;
    }

    private static int Check(string? file)
    {
        var reading = file is null ? FolderPolicy.Read(".") : FolderPolicy.ReadFile(file);
        if (reading.Path is not { } path) throw new CliException($"There is no {PolicyFile.Name} in this folder. Name a file, or write one: docs/policy.md shows what it can say.");
        if (reading.Errors.Count > 0) return ScanCommand.Fail(FolderPolicy.Describe(reading));

        Console.WriteLine($"{Printable.Line(path)}: no errors");
        var today = FolderPolicy.Today();
        foreach (var expired in reading.Policy.Suppressions.Where(s => s.IsExpired(today)))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Printable.Line(path)}: the suppression of rule {expired.Rule} ended on {expired.Expires:yyyy-MM-dd} and has no effect: mend what it allowed, or delete it"));
        return Sound;
    }
}
