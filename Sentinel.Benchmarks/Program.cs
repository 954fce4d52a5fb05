using System.CommandLine;
using Sentinel.Benchmarks;

var output = new Option<string?>("--output") { Description = "Also write the report to this file", HelpName = "FILE" };
var only = new Option<string[]>("--only") { Description = "Measure only these: start, webhooks, push, rescan, scan", AllowMultipleArgumentsPerToken = true };
var root = new RootCommand("Measures Sentinel as a whole, on this machine, beside a peer in the same run.") { output, only };
root.SetAction((parsed, cancellationToken) => Measurements.RunAsync(parsed.GetValue(only) ?? [], parsed.GetValue(output), cancellationToken));
return await root.Parse(args).InvokeAsync();
