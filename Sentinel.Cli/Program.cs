using System.CommandLine;
using Sentinel.Cli;

var root = new RootCommand("Sentinel finds leaked secrets, dangerous workflows and misconfigured images.") { ScanCommand.Create(), RulesCommand.Create() };
var command = root.Parse(args);
var exitCode = await command.InvokeAsync();
// A misspelt command line is an error, never "findings".
return command.Errors.Count > 0 ? ScanCommand.Error : exitCode;
