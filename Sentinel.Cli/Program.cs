using System.CommandLine;
using System.CommandLine.Invocation;
using Sentinel.Cli;

var root = new RootCommand("Sentinel finds leaked secrets, dangerous workflows and misconfigured images.") { ScanCommand.Create(), RulesCommand.Create(), PolicyCommand.Create(), ImportCommand.Create() };
var command = root.Parse(args);
try
{
    // The reason would be lost above a page of help; only who has not yet said what to do wants it.
    if (command.Action is ParseErrorAction fault) fault.ShowHelp = command.CommandResult.Command.Subcommands.Any();
    var exitCode = await command.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    // A misspelt command line is an error, never "findings".
    return command.Errors.Count > 0 ? ScanCommand.Error : exitCode;
}
catch (Exception ex)
{
    // The library's own handler would answer 1, which means findings.
    return ScanCommand.Fail($"internal error ({ex.GetType().Name}): {ex.Message} Please report it.");
}
