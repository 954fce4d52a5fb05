using System.CommandLine;
using Sentinel.Cli;

var root = new RootCommand("Sentinel finds leaked secrets, dangerous workflows and misconfigured images.") { ScanCommand.Create() };
return await root.Parse(args).InvokeAsync();
